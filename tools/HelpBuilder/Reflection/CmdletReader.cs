using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace HelpBuilder.Reflection;

/// <summary>Reads the cmdlet classes of an assembly the way the engine does.</summary>
internal sealed partial class CmdletReader
{
    private const int LongestTitle = 72;

    private readonly Assembly _assembly;
    private readonly XmlComments _comments;
    private readonly CommentMarkdown _markdown;

    public CmdletReader(Assembly assembly, XmlComments comments)
    {
        _assembly = assembly;
        _comments = comments;
        _markdown = new CommentMarkdown(LinkText);
    }

    public List<Cmdlet> ReadAll() =>
    [
        .. _assembly.GetExportedTypes()
            .Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(System.Management.Automation.Cmdlet)) && NameOf(type) is not null)
            .Select(Read)
            .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal),
    ];

    private static string? NameOf(Type type) =>
        type.GetCustomAttribute<CmdletAttribute>(inherit: false) is { } name ? $"{name.VerbName}-{name.NounName}" : null;

    private Cmdlet Read(Type type)
    {
        var metadata = new CommandMetadata(type);
        IReadOnlyList<CmdletParameter> parameters = new ParameterReader(type, metadata, _comments, _markdown).ReadAll();
        XElement? comment = _comments.Of(type);
        return new Cmdlet
        {
            Name = NameOf(type)!,
            Aliases = [.. type.GetCustomAttributes<AliasAttribute>().SelectMany(alias => alias.AliasNames)],
            HelpUri = type.GetCustomAttribute<CmdletAttribute>()!.HelpUri ?? "",
            Parameters = parameters,
            Sets = Sets(metadata, parameters),
            Inputs = Inputs(type, parameters),
            Outputs = Outputs(type, comment),
            Docs = comment is null ? new CmdletDocs(null, null, [], []) : Docs(comment),
        };
    }

    private static List<ParameterSet> Sets(CommandMetadata metadata, IReadOnlyList<CmdletParameter> parameters)
    {
        List<string> names =
        [
            .. parameters.SelectMany(parameter => parameter.Facts.ParameterSets)
                .Select(set => set.Name)
                .Where(name => name != ParameterFacts.AllSets)
                .Distinct(),
        ];
        string? preferred = metadata.DefaultParameterSetName;
        if (string.IsNullOrEmpty(preferred) || preferred == ParameterSet.Unnamed)
        {
            return names.Count == 0
                ? [new ParameterSet(ParameterSet.Unnamed, IsDefault: false)]
                : [.. names.Select(name => new ParameterSet(name, IsDefault: false))];
        }

        return
        [
            new ParameterSet(preferred, IsDefault: true),
            .. names.Where(name => name != preferred).Select(name => new ParameterSet(name, IsDefault: false)),
        ];
    }

    private List<TypeEntry> Inputs(Type type, IReadOnlyList<CmdletParameter> parameters)
    {
        var entries = new List<TypeEntry>();
        foreach (IGrouping<string, CmdletParameter> group in parameters
            .Where(parameter => parameter.Facts.ParameterSets.Exists(set => set.ValueFromPipeline))
            .GroupBy(parameter => parameter.Facts.Type))
        {
            string binds = $"binds to {Names(group)}.";
            Type? property = type.GetProperty(group.First().Name)?.PropertyType;
            string? about = property is null ? null : SummaryOf(property.IsArray ? property.GetElementType()! : property);
            entries.Add(new TypeEntry(group.Key, TextWrap.Markdown(about is null ? $"A value of this type {binds}" : $"{about} It {binds}", CommentMarkdown.Width)));
        }

        CmdletParameter[] byName =
        [
            .. parameters.Where(parameter => parameter.Facts.ParameterSets.Exists(set => set.ValueFromPipelineByPropertyName)),
        ];
        if (byName.Length > 0)
        {
            string text = byName.Length == 1
                ? $"An object's property of the same name binds to {Names(byName)}."
                : $"An object's properties of the same names bind to {Names(byName)}.";
            entries.Add(new TypeEntry("System.Management.Automation.PSObject", TextWrap.Markdown(text, CommentMarkdown.Width)));
        }

        return entries.Count > 0 ? entries : [new TypeEntry(TypeEntry.None, "You can't pipe objects to this cmdlet.")];
    }

    private static string Names(IEnumerable<CmdletParameter> parameters)
    {
        string[] names = [.. parameters.Select(parameter => $"**-{parameter.Name}**")];
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }

    private List<TypeEntry> Outputs(Type type, XElement? comment)
    {
        string? returns = comment?.Element("returns") is { } element ? CommentMarkdown.Join(_markdown.Blocks(element)) : null;
        List<TypeEntry> entries =
        [
            .. type.GetCustomAttributes<OutputTypeAttribute>()
                .SelectMany(output => output.Type)
                .Where(output => output.Type != typeof(void))
                .Select(output => output.Type is { } known
                    ? new TypeEntry(TypeNames.Full(known), returns ?? SummaryOf(known.IsArray ? known.GetElementType()! : known))
                    : new TypeEntry(output.Name, returns))
                .DistinctBy(entry => entry.Type),
        ];
        return entries.Count > 0 ? entries : [new TypeEntry(TypeEntry.None, returns ?? "This cmdlet returns no objects.")];
    }

    private string? SummaryOf(Type type) =>
        _comments.Of(type)?.Element("summary") is { } summary ? CommentMarkdown.Join(_markdown.Blocks(summary)) : null;

    private CmdletDocs Docs(XElement comment)
    {
        List<string> summary = comment.Element("summary") is { } element ? _markdown.Blocks(element) : [];

        // A synopsis is one sentence; whatever else a summary says begins the description.
        string[] sentences = summary.Count == 0 ? [] : SentenceEnd().Split(summary[0].Replace('\n', ' '), 2);
        IEnumerable<string> description =
        [
            .. sentences.Skip(1).Select(rest => TextWrap.Markdown(rest, CommentMarkdown.Width)),
            .. summary.Skip(1),
            .. comment.Elements("remarks").SelectMany(_markdown.Blocks),
            .. comment.Elements("para").SelectMany(_markdown.Blocks),
        ];
        return new CmdletDocs(
            sentences.Length == 0 ? null : TextWrap.Markdown(sentences[0], CommentMarkdown.Width),
            CommentMarkdown.Join(description),
            [.. comment.Elements("example").Select(Example)],
            [.. comment.Elements("seealso").Select(_markdown.Link)]);
    }

    /// <summary>What stands before the code introduces it; its first sentence, when short, becomes the title.</summary>
    private CmdletExample Example(XElement example)
    {
        List<string> blocks = _markdown.Blocks(example);
        if (blocks.Count == 0 || blocks[0].StartsWith("```", StringComparison.Ordinal))
        {
            return new CmdletExample("", CommentMarkdown.Join(blocks) ?? "");
        }

        string[] sentences = SentenceEnd().Split(blocks[0].Replace('\n', ' '), 2);
        string title = sentences[0].TrimEnd('.', ':');
        if (title.Length > LongestTitle)
        {
            return new CmdletExample("", CommentMarkdown.Join(blocks)!);
        }

        IEnumerable<string> body =
        [
            .. sentences.Skip(1).Select(rest => TextWrap.Markdown(rest, CommentMarkdown.Width)),
            .. blocks.Skip(1),
        ];
        return new CmdletExample(title, CommentMarkdown.Join(body) ?? "");
    }

    private string LinkText(string cref)
    {
        string id = cref[(cref.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (_assembly.GetType(id) is { } type)
        {
            return NameOf(type) is { } cmdlet ? $"[{cmdlet}]({cmdlet}.md)" : $"`{type.Name}`";
        }

        string[] parts = id.Split('(')[0].Split('.');
        bool isParameter = cref.StartsWith("P:", StringComparison.Ordinal)
            && _assembly.GetType(string.Join('.', parts[..^1]))?.GetProperty(parts[^1])?.IsDefined(typeof(ParameterAttribute)) == true;
        return isParameter ? $"**-{parts[^1]}**" : $"`{parts[^1]}`";
    }

    [GeneratedRegex(@"(?<=[.!?])\s+(?=[\p{Lu}`*\[""'])")]
    private static partial Regex SentenceEnd();
}
