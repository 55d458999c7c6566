using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using YamlDotNet.Serialization;

namespace HelpBuilder.Pages;

/// <summary>A markdown file: its front matter and its sections, each with the line it stands on.</summary>
internal sealed class MarkdownText
{
    public static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseYamlFrontMatter().UsePipeTables().Build();

    private MarkdownText(Dictionary<string, string> frontMatter, List<Section> sections, MarkdownDocument document)
    {
        FrontMatter = frontMatter;
        Sections = sections;
        Document = document;
    }

    /// <summary>The keys of the yaml block at the top, in their order.</summary>
    public IReadOnlyDictionary<string, string> FrontMatter { get; }

    /// <summary>The sections of the first level.</summary>
    public IReadOnlyList<Section> Sections { get; }

    public MarkdownDocument Document { get; }

    /// <exception cref="YamlDotNet.Core.YamlException">The front matter is not yaml.</exception>
    public static MarkdownText Parse(string text)
    {
        text = text.ReplaceLineEndings("\n");
        string[] lines = text.Split('\n');
        MarkdownDocument document = Markdown.Parse(text, Pipeline);
        List<HeadingBlock> headings = [.. document.OfType<HeadingBlock>().Where(heading => !heading.IsSetext)];
        return new MarkdownText(ReadFrontMatter(document), Nest(lines, headings, 0, headings.Count), document);
    }

    private static Dictionary<string, string> ReadFrontMatter(MarkdownDocument document) =>
        document.OfType<YamlFrontMatterBlock>().FirstOrDefault() is { } block
            ? new DeserializerBuilder().Build().Deserialize<Dictionary<string, string?>>(block.Lines.ToString())
                .ToDictionary(pair => pair.Key, pair => pair.Value ?? "")
            : [];

    private static List<Section> Nest(string[] lines, List<HeadingBlock> headings, int from, int to)
    {
        var sections = new List<Section>();
        for (int i = from; i < to;)
        {
            HeadingBlock heading = headings[i];
            int next = i + 1;
            while (next < to && headings[next].Level > heading.Level)
            {
                next++;
            }

            int end = next < headings.Count ? headings[next].Line : lines.Length;
            int introEnd = i + 1 < headings.Count ? Math.Min(headings[i + 1].Line, end) : end;
            sections.Add(new Section(
                heading.Level,
                lines[heading.Line].TrimStart('#').TrimEnd('#', ' ').Trim(),
                heading.Line + 1,
                Prose.Of(lines, heading.Line + 1, introEnd),
                Prose.Of(lines, heading.Line + 1, end),
                Nest(lines, headings, i + 1, next)));
            i = next;
        }

        return sections;
    }
}

/// <summary>A heading and what belongs to it.</summary>
/// <param name="Level">1 to 6.</param>
/// <param name="Title">The heading's text.</param>
/// <param name="Line">The heading's line, counted from 1.</param>
/// <param name="Intro">What stands before the first heading below it.</param>
/// <param name="Text">Everything up to the next heading of its level.</param>
/// <param name="Children">The sections inside.</param>
internal sealed record Section(int Level, string Title, int Line, Prose Intro, Prose Text, IReadOnlyList<Section> Children);

/// <summary>A piece of a file without the blank lines around it.</summary>
/// <param name="Text">The markdown as written.</param>
/// <param name="Line">Where it begins; where it should begin when it is empty.</param>
internal sealed record Prose(string Text, int Line)
{
    public bool IsEmpty => Text.Length == 0;

    /// <summary>True when a person has still to write it.</summary>
    public bool IsUnwritten => IsEmpty || Text.Contains("{{ Fill", StringComparison.Ordinal);

    internal static Prose Of(string[] lines, int from, int to)
    {
        int start = from;
        while (start < to && string.IsNullOrWhiteSpace(lines[start]))
        {
            start++;
        }

        // A heading's own line stands for a section that has nothing in it.
        return start == to
            ? new Prose("", from)
            : new Prose(string.Join('\n', lines[start..to]).TrimEnd(), start + 1);
    }
}
