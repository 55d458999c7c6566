using System.Management.Automation;
using System.Text;

namespace HostingDeploy.Sessions.Identity;

/// <summary>One line of an ssh_config file, split the way OpenSSH does.</summary>
/// <param name="File">The file.</param>
/// <param name="Number">The line's number.</param>
/// <param name="Keyword">The keyword, in lower case.</param>
/// <param name="Rest">Everything after the keyword, as written: commands are taken from it unsplit.</param>
internal sealed record SshConfigLine(string File, int Number, string Keyword, string Rest)
{
    private const string Blanks = " \t\r\f";
    private string[]? _arguments;

    /// <summary>The arguments, without quotes and escapes, up to a comment.</summary>
    public IReadOnlyList<string> Arguments => _arguments ??= Split();

    /// <summary>The only argument of a keyword that takes exactly one.</summary>
    public string Argument
    {
        get
        {
            if (Arguments.Count == 0 || Arguments[0].Length == 0)
            {
                throw Invalid($"{Keyword} has no value");
            }

            return Arguments.Count == 1 ? Arguments[0] : throw Invalid($"{Keyword} has more than one value");
        }
    }

    /// <summary>Reads a line; null for an empty one and for a comment.</summary>
    public static SshConfigLine? Parse(string text, string file, int number)
    {
        text = text.Trim(Blanks.ToCharArray());
        if (text.Length == 0 || text[0] == '#')
        {
            return null;
        }

        int end = text.AsSpan().IndexOfAny(" \t=\"");
        string keyword = (end < 0 ? text : text[..end]).ToLowerInvariant();
        string rest = end < 0 ? "" : text[end..].TrimStart(Blanks.ToCharArray());
        if (rest.StartsWith('='))
        {
            rest = rest[1..].TrimStart(Blanks.ToCharArray());
        }

        var line = new SshConfigLine(file, number, keyword, rest);
        return rest.Length > 0 ? line : throw line.Invalid($"{keyword} has no value");
    }

    /// <summary>The error that names this line.</summary>
    public DeployException Invalid(string reason) => new(
        "SshConfigInvalid",
        ErrorCategory.InvalidData,
        $"{File}:{Number}: {reason}.",
        File,
        $"Correct line {Number} of '{File}' (see ssh_config(5)); ssh -G -F '{File}' <host> shows what OpenSSH makes of it.");

    private string[] Split()
    {
        var arguments = new List<string>();
        for (int i = 0; i < Rest.Length; i++)
        {
            if (Rest[i] is ' ' or '\t')
            {
                continue;
            }

            if (Rest[i] == '#')
            {
                break;
            }

            arguments.Add(ReadArgument(ref i));
        }

        return [.. arguments];
    }

    private string ReadArgument(ref int i)
    {
        var argument = new StringBuilder();
        char quote = '\0';
        for (; i < Rest.Length; i++)
        {
            char c = Rest[i];
            char next = i + 1 < Rest.Length ? Rest[i + 1] : '\0';
            if (c == '\\' && (next is '\'' or '"' or '\\' || (next == ' ' && quote == '\0')))
            {
                argument.Append(next);
                i++;
            }
            else if (quote == '\0' && (c is ' ' or '\t'))
            {
                break;
            }
            else if (quote == '\0' && (c is '"' or '\''))
            {
                quote = c;
            }
            else if (quote != '\0' && c == quote)
            {
                quote = '\0';
            }
            else
            {
                argument.Append(c);
            }
        }

        return quote == '\0' ? argument.ToString() : throw Invalid("a quote is not closed");
    }
}
