using System.Text;
using System.Text.RegularExpressions;
using HelpBuilder.Pages;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace HelpBuilder.Output;

/// <summary>A block of text for a terminal.</summary>
/// <param name="Text">Running text without line breaks, or lines that stay as they are.</param>
/// <param name="Indent">Columns from the left.</param>
internal sealed record TextBlock(string Text, int Indent)
{
    /// <summary>A list item's marker; the text hangs beside it.</summary>
    public string Marker { get; init; } = "";

    /// <summary>True for code and tables, whose lines are not to be wrapped.</summary>
    public bool IsVerbatim { get; init; }

    /// <summary>1 to 6 for a heading, 0 for text.</summary>
    public int HeadingLevel { get; init; }

    /// <summary>True for a block that follows the one before without a blank line: the next item of a list.</summary>
    public bool IsTight { get; init; }
}

/// <summary>Turns markdown into plain text: emphasis goes, addresses stand in brackets, code keeps its backticks.</summary>
internal static partial class PlainText
{
    private const int CodeIndent = 4;
    private const int TableWidth = 76;

    public static List<TextBlock> Blocks(string markdown) => Blocks(Markdown.Parse(markdown, MarkdownText.Pipeline), indent: 0);

    /// <summary>A heading or a single paragraph as one line.</summary>
    public static string Line(string markdown) => string.Join(' ', Blocks(markdown).Select(block => block.Text));

    private static List<TextBlock> Blocks(ContainerBlock container, int indent)
    {
        var blocks = new List<TextBlock>();
        foreach (Block block in container)
        {
            switch (block)
            {
                case HeadingBlock heading:
                    blocks.Add(new TextBlock(Text(heading.Inline), indent) { HeadingLevel = heading.Level });
                    break;
                case ParagraphBlock paragraph:
                    string text = Alert().Replace(Text(paragraph.Inline), match => $"{Capitalized(match.Groups[1].Value)}: ");
                    blocks.Add(new TextBlock(text, indent));
                    break;
                case YamlFrontMatterBlock or LinkReferenceDefinitionGroup or ThematicBreakBlock:
                    break;
                case CodeBlock code:
                    blocks.Add(new TextBlock(code.Lines.ToString().TrimEnd(), indent + CodeIndent) { IsVerbatim = true });
                    break;
                case ListBlock list:
                    blocks.AddRange(Items(list, indent));
                    break;
                case Table table:
                    blocks.Add(new TextBlock(Rows(table, TableWidth - indent), indent) { IsVerbatim = true });
                    break;
                case ContainerBlock nested:
                    blocks.AddRange(Blocks(nested, indent));
                    break;
            }
        }

        return blocks;
    }

    private static IEnumerable<TextBlock> Items(ListBlock list, int indent)
    {
        int number = int.TryParse(list.OrderedStart, out int start) ? start : 1;
        bool isFirst = true;
        foreach (ListItemBlock item in list.OfType<ListItemBlock>())
        {
            string marker = list.IsOrdered ? $"{number++}. " : "- ";
            List<TextBlock> blocks = Blocks(item, indent + marker.Length);
            if (blocks.Count > 0)
            {
                // A list inside a tight item follows it as closely as the items follow each other.
                bool isTight = !list.IsLoose && (!isFirst || list.Parent is ListItemBlock);
                blocks[0] = blocks[0] with { Marker = marker, Indent = indent, IsTight = isTight };
            }

            isFirst = false;
            foreach (TextBlock block in blocks)
            {
                yield return block;
            }
        }
    }

    /// <summary>Columns padded to their widest cell; what is too wide for the page wraps in the last one.</summary>
    private static string Rows(Table table, int width)
    {
        string[][] rows =
        [
            .. table.OfType<TableRow>().Select(row =>
                row.OfType<TableCell>().Select(cell => string.Join(' ', Blocks(cell, 0).Select(block => block.Text))).ToArray()),
        ];
        int last = rows.Max(row => row.Length) - 1;
        int[] widths = [.. Enumerable.Range(0, last).Select(column => rows.Max(row => column < row.Length ? row[column].Length : 0))];
        int left = widths.Sum(columnWidth => columnWidth + 2);
        var lines = new List<string>();
        foreach (string[] row in rows)
        {
            string start = string.Concat(row.Take(last).Select((cell, column) => cell.PadRight(widths[column] + 2)));
            string[] wrapped = [.. TextWrap.Lines(row.Length > last ? row[last] : "", Math.Max(20, width - left))];
            lines.Add((start.PadRight(left) + wrapped.FirstOrDefault()).TrimEnd());
            lines.AddRange(wrapped.Skip(1).Select(line => new string(' ', left) + line));
            if (lines.Count == 1)
            {
                lines.Add(string.Join("  ", widths.Append(Math.Min(rows.Max(r => r.Length > last ? r[last].Length : 0), Math.Max(20, width - left)))
                    .Select(columnWidth => new string('-', columnWidth))));
            }
        }

        return string.Join('\n', lines);
    }

    public static string Text(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        foreach (Inline inline in inlines ?? Enumerable.Empty<Inline>())
        {
            text.Append(inline switch
            {
                LiteralInline literal => literal.Content.ToString(),
                CodeInline code => $"`{code.Content}`",
                LineBreakInline => " ",
                LinkInline link when IsAddress(link.Url) && Text(link) != link.Url => $"{Text(link)} ({link.Url})",
                AutolinkInline link => link.Url,
                HtmlInline html => html.Tag,
                HtmlEntityInline entity => entity.Transcoded.ToString(),
                ContainerInline container => Text(container),
                _ => "",
            });
        }

        return text.ToString().Trim();
    }

    /// <summary>A link to another page means nothing on a terminal.</summary>
    public static bool IsAddress(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && (address.Scheme is "http" or "https");

    private static string Capitalized(string word) => char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant();

    [GeneratedRegex(@"^\[!(\w+)\]\s*")]
    private static partial Regex Alert();
}
