using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace HostingDeploy.Configuration;

/// <summary>
/// Turns YAML text into <see cref="ConfigNode"/>s. The library's own document model stops at the first duplicate key and
/// forgets where merged keys come from; building on its events keeps every place and collects every problem.
/// </summary>
internal sealed partial class YamlTree
{
    private const string MergeKey = "<<";
    private const int MaxDepth = 32;
    private readonly ProblemList _problems;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, ConfigNode> _anchors = [];

    private YamlTree(string text, ProblemList problems)
    {
        _parser = new Parser(new StringReader(text));
        _problems = problems;
    }

    /// <summary>Reads the one document of <paramref name="text"/>; null when it is empty or no YAML.</summary>
    public static ConfigNode? Read(string text, ProblemList problems)
    {
        try
        {
            return new YamlTree(text, problems).ReadDocument();
        }
        catch (YamlException failure)
        {
            Explain(failure, text, problems);
            return null;
        }
    }

    private static Position At(Mark mark) => new((int)mark.Line, (int)mark.Column);

    /// <summary>
    /// The parser reports a tab at the start of the mapping around it. A tab cannot be seen, so it is worth its own place.
    /// </summary>
    private static void Explain(YamlException failure, string text, ProblemList problems)
    {
        var start = At(failure.Start);
        var tab = failure.Message.Contains("tab", StringComparison.Ordinal) ? IndentingTab().Match(text, LineStart(text, start.Line)) : Match.Empty;
        if (tab.Success)
        {
            var line = text.AsSpan(0, tab.Index).Count('\n') + 1;
            problems.Add(new Position(line, tab.Index - LineStart(text, line) + 1), "", "found a tab in the indentation, expected spaces");
        }
        else
        {
            problems.Add(start, "", $"not valid YAML: {failure.Message}");
        }
    }

    private static int LineStart(string text, int line)
    {
        var index = 0;
        while (--line > 0)
        {
            index = text.IndexOf('\n', index) + 1;
        }

        return index;
    }

    [GeneratedRegex(@"(?<=^ *)\t", RegexOptions.Multiline)]
    private static partial Regex IndentingTab();

    private ConfigNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            return null;
        }

        var root = ReadNode("", 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            _problems.Add(At(second.Start), "", "found a second YAML document, expected one document in the file");
        }

        return root;
    }

    private ConfigNode ReadNode(string path, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "nested too deeply");
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value, out var known)
                ? known
                : throw new YamlException(alias.Start, alias.End, $"the anchor '{alias.Value}' is not defined above");
        }

        var start = _parser.Require<NodeEvent>();
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific)
        {
            _problems.Add(At(start.Start), path, $"found the tag {start.Tag}, expected plain YAML without tags");
        }

        ConfigNode node = start switch
        {
            MappingStart => ReadMap(path, depth + 1),
            SequenceStart => ReadList(path, depth + 1),
            _ => ReadScalar(),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor] = node;
        }

        return node;
    }

    private ScalarNode ReadScalar()
    {
        var scalar = _parser.Consume<Scalar>();
        var isNull = scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" };
        return new ScalarNode(At(scalar.Start), scalar.Value, isNull);
    }

    private ListNode ReadList(string path, int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<ConfigNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode($"{path}[{items.Count}]", depth));
        }

        return new ListNode(At(start.Start), items);
    }

    private MapNode ReadMap(string path, int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var own = new List<MapEntry>();
        var merged = new List<MapEntry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(path, depth);
            var keyPath = key is ScalarNode text ? Show.Join(path, text.Text) : path;
            var value = ReadNode(keyPath, depth);
            if (key is not ScalarNode { IsNull: false } name)
            {
                _problems.Add(key.At, path, $"found {key.Kind} as a key, expected a name");
            }
            else if (name.Text == MergeKey)
            {
                merged.AddRange(MergedEntries(value, path));
            }
            else if (own.Find(e => e.Key.Text == name.Text) is { } first)
            {
                _problems.Add(name.At, keyPath, $"found the key '{Show.Inline(name.Text)}' a second time (first on line {first.Key.At.Line}), expected it once");
            }
            else
            {
                own.Add(new MapEntry(name, value));
            }
        }

        // What stands in the mapping itself wins over what it merges; of several merged mappings the first one wins.
        return new MapNode(At(start.Start), [.. own.Concat(merged).DistinctBy(e => e.Key.Text)]);
    }

    private List<MapEntry> MergedEntries(ConfigNode value, string path)
    {
        var result = new List<MapEntry>();
        foreach (var source in value is ListNode list ? list.Items : [value])
        {
            if (source is MapNode map)
            {
                result.AddRange(map.Entries);
            }
            else
            {
                _problems.Add(source.At, path, $"found {source.Kind} after <<, expected the alias of settings (<<: *name)");
            }
        }

        return result;
    }
}
