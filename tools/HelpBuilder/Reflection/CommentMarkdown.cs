using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace HelpBuilder.Reflection;

/// <summary>Turns the elements of an XML comment into markdown blocks.</summary>
/// <param name="linkText">What stands for a <c>cref</c>: the engine's name of a cmdlet or a parameter rather than a class.</param>
internal sealed partial class CommentMarkdown(Func<string, string> linkText)
{
    /// <summary>Columns of the generated text.</summary>
    public const int Width = 80;

    /// <summary>The blocks of an element: paragraphs, code, lists.</summary>
    public List<string> Blocks(XElement element) => Blocks(element.Nodes());

    /// <summary>The blocks of some nodes that follow each other.</summary>
    public List<string> Blocks(IEnumerable<XNode> nodes)
    {
        var blocks = new List<string>();
        var run = new StringBuilder();
        foreach (XNode node in nodes)
        {
            if (node is XElement { Name.LocalName: "para" or "code" or "list" } block)
            {
                Flush(run, blocks);
                switch (block.Name.LocalName)
                {
                    case "para":
                        blocks.AddRange(Blocks(block));
                        break;
                    case "code":
                        blocks.Add(Code(block));
                        break;
                    default:
                        blocks.Add(List(block));
                        break;
                }
            }
            else
            {
                run.Append(Inline(node));
            }
        }

        Flush(run, blocks);
        return blocks;
    }

    /// <summary>Blocks as one markdown text; null when there is nothing.</summary>
    public static string? Join(IEnumerable<string> blocks)
    {
        string text = string.Join("\n\n", blocks);
        return text.Length == 0 ? null : text;
    }

    private static void Flush(StringBuilder run, List<string> blocks)
    {
        foreach (string paragraph in BlankLine().Split(run.ToString()))
        {
            string text = Spaces().Replace(paragraph, " ").Trim();
            if (text.Length > 0)
            {
                blocks.Add(TextWrap.Markdown(text, Width));
            }
        }

        run.Clear();
    }

    private string Inline(XNode node) => node switch
    {
        XText text => EscapeTags(text.Value),
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" or "seealso" } link => Link(link),
        XElement { Name.LocalName: "paramref" or "typeparamref" } name => $"`{name.Attribute("name")?.Value}`",
        XElement { Name.LocalName: "b" or "strong" } bold => $"**{InlineOf(bold)}**",
        XElement { Name.LocalName: "i" or "em" } emphasis => $"*{InlineOf(emphasis)}*",
        XElement other => InlineOf(other),
        _ => "",
    };

    private string InlineOf(XElement element) => string.Concat(element.Nodes().Select(Inline));

    /// <summary>The markdown for a <c>see</c> or <c>seealso</c>.</summary>
    public string Link(XElement link)
    {
        if (link.Attribute("langword")?.Value is { } word)
        {
            return word is "true" or "false" or "null" ? $"`${word}`" : $"`{word}`";
        }

        if (link.Attribute("href")?.Value is { } address)
        {
            return link.IsEmpty ? $"<{address}>" : $"[{InlineOf(link)}]({address})";
        }

        return link.Attribute("cref")?.Value is { } cref ? linkText(cref) : InlineOf(link);
    }

    private static string Code(XElement code)
    {
        string[] lines = code.Value.ReplaceLineEndings("\n").Trim('\n').TrimEnd().Split('\n');
        int indent = lines.Where(line => line.Trim().Length > 0)
            .Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        IEnumerable<string> text = lines.Select(line => line.Length < indent ? "" : line[indent..].TrimEnd());
        string language = code.Attribute("language")?.Value ?? code.Attribute("lang")?.Value ?? "powershell";
        return $"```{language}\n{string.Join('\n', text)}\n```";
    }

    private string List(XElement list)
    {
        bool numbered = list.Attribute("type")?.Value == "number";
        var items = new List<string>();
        foreach (XElement item in list.Elements("item"))
        {
            string marker = numbered ? $"{items.Count + 1}. " : "- ";
            string? term = item.Element("term") is { } t ? string.Join(' ', Blocks(t)) : null;
            IEnumerable<string> text = item.Element("description") is { } description
                ? Blocks(description)
                : term is null ? Blocks(item) : [];
            string body = string.Join(": ", new[] { term, Join(text) }.OfType<string>());
            string wrapped = TextWrap.Markdown(Spaces().Replace(body, " "), Width - marker.Length);
            items.Add(marker + wrapped.Replace("\n", "\n" + new string(' ', marker.Length), StringComparison.Ordinal));
        }

        return string.Join('\n', items);
    }

    /// <summary>A bare &lt;name&gt; in a comment would be an HTML tag in markdown; inside backticks it is safe already.</summary>
    private static string EscapeTags(string text) =>
        CodeSpanOrTag().Replace(text, match => match.Value == "<" ? @"\<" : match.Value);

    [GeneratedRegex(@"\n[ \t\r]*\n")]
    private static partial Regex BlankLine();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("`[^`]*`|<")]
    private static partial Regex CodeSpanOrTag();
}
