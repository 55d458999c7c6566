using System.Text;
using System.Text.RegularExpressions;

namespace HostingDeploy;

/// <summary>Takes the text of a secrets file apart, line by line; a quoted value may go over several.</summary>
internal sealed partial class SecretsFileParser
{
    private readonly string _path;
    private readonly string _text;
    private readonly List<HostingFileProblem> _problems = [];
    private int _at;

    /// <summary>Line breaks count as LF however the file writes them.</summary>
    public SecretsFileParser(string path, string text)
    {
        _path = path;
        _text = text.ReplaceLineEndings("\n");
    }

    /// <summary>What is wrong, in the order of the file.</summary>
    public IReadOnlyList<HostingFileProblem> Problems => _problems;

    /// <summary>The secrets by name, in the order of the file.</summary>
    public IReadOnlyDictionary<string, Secret> Parse()
    {
        var secrets = new Dictionary<string, Secret>(StringComparer.Ordinal);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_at < _text.Length)
        {
            var start = _at;
            if (BlankOrComment().Match(_text, _at) is { Success: true } skipped)
            {
                _at += skipped.Length;
                continue;
            }

            if (Assignment().Match(_text, _at) is not { Success: true } assignment)
            {
                Refuse(start, "found a line that is no NAME=value, expected a variable name, = and its value");
                SkipLine();
                continue;
            }

            var name = assignment.Groups["name"].Value;
            _at += assignment.Length;
            var value = ReadValue(name);
            var nameAt = assignment.Groups["name"].Index;
            if (EnvironmentName.IsFixed(name))
            {
                Refuse(nameAt, $"found {name}, which the deployment itself sets so that production is always production");
            }
            else if (!lines.TryAdd(name, LineOf(nameAt)))
            {
                Refuse(nameAt, $"found {name} a second time (first on line {lines[name]}), expected it once");
            }
            else if (value is not null)
            {
                secrets.Add(name, new Secret(value));
            }
        }

        return secrets.AsReadOnly();
    }

    /// <summary>Reads up to the end of the value's last line; null when the value was refused.</summary>
    private string? ReadValue(string name)
    {
        var start = _at;
        var value = _at < _text.Length && _text[_at] is '"' or '\'' ? ReadQuoted(name) : ReadPlain();
        if (value?.Contains('\0', StringComparison.Ordinal) == true)
        {
            Refuse(start, $"found a NUL in the value of {name}, expected text");
            return null;
        }

        return value;
    }

    /// <summary>A plain value goes to the end of its line; # starts a comment only after a space, for passwords hold it too.</summary>
    private string ReadPlain()
    {
        var end = EndOfLine();
        var line = _text[_at..end];
        _at = Math.Min(end + 1, _text.Length);
        var comment = CommentStart().Match(line);
        return (comment.Success ? line[..comment.Index] : line).Trim();
    }

    private string? ReadQuoted(string name)
    {
        var open = _at;
        var quote = _text[_at++];
        var value = new StringBuilder();
        var isGood = true;
        while (_at < _text.Length && _text[_at] != quote)
        {
            var c = _text[_at++];
            if (quote == '"' && c == '\\')
            {
                isGood &= TryUnescape(name, value);
            }
            else
            {
                value.Append(c);
            }
        }

        if (_at == _text.Length)
        {
            Refuse(open, $"found no closing {quote} for the value of {name}, expected one");
            return null;
        }

        _at++;
        if (AfterQuote().Match(_text, _at) is not { Success: true } rest)
        {
            Refuse(_at, $"found text after the closing {quote} of {name}, expected the end of the line");
            SkipLine();
            return null;
        }

        _at += rest.Length;
        return isGood ? value.ToString() : null;
    }

    private bool TryUnescape(string name, StringBuilder value)
    {
        var escaped = _at < _text.Length ? _text[_at] : '\n';
        char? meant = escaped switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '"' or '\\' or '$' or '`' => escaped,
            _ => null,
        };
        if (meant is null)
        {
            Refuse(_at - 1, $"""found a \ in the value of {name} that escapes nothing, expected \\ or one of \n \r \t \" \$ \`; in single quotes a \ is just a \""");
            return false;
        }

        value.Append(meant);
        _at++;
        return true;
    }

    private int EndOfLine() => _text.IndexOf('\n', _at) is var end and >= 0 ? end : _text.Length;

    private void SkipLine() => _at = Math.Min(EndOfLine() + 1, _text.Length);

    private int LineOf(int index) => _text.AsSpan(0, index).Count('\n') + 1;

    private void Refuse(int index, string message) =>
        _problems.Add(new HostingFileProblem(_path, LineOf(index), index - (index == 0 ? -1 : _text.LastIndexOf('\n', index - 1)), "", message));

    [GeneratedRegex(@"\G[ \t]*(?:#[^\n]*)?(?:\n|\z)")]
    private static partial Regex BlankOrComment();

    [GeneratedRegex(@"\G[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_][A-Za-z0-9_]*)=[ \t]*")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"(?:\A|[ \t])#")]
    private static partial Regex CommentStart();

    [GeneratedRegex(@"\G[ \t]*(?:#[^\n]*)?(?:\n|\z)")]
    private static partial Regex AfterQuote();
}
