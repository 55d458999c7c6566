using System.Xml.Linq;
using HelpBuilder.Pages;
using HelpBuilder.Reflection;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace HelpBuilder.Output;

/// <summary>Writes pages as MAML, in the shape the engine's help provider reads.</summary>
internal static class Maml
{
    private static readonly XNamespace s_root = "http://msh";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static XDocument Write(IEnumerable<CmdletPage> pages) => new(
        new XDeclaration("1.0", "utf-8", null),
        new XElement(
            s_root + "helpItems",
            // Without this attribute the engine ignores the whole file.
            new XAttribute("schema", "maml"),
            pages.Select(Command)));

    private static XElement Command(CmdletPage page)
    {
        string[] name = page.Name.Split('-', 2);
        return new XElement(
            s_command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", s_maml),
            new XAttribute(XNamespace.Xmlns + "command", s_command),
            new XAttribute(XNamespace.Xmlns + "dev", s_dev),
            new XElement(
                s_command + "details",
                new XElement(s_command + "name", page.Name),
                new XElement(s_command + "verb", name[0]),
                new XElement(s_command + "noun", name[^1]),
                Description(page.Synopsis.Text)),
            Description(page.Description.Text),
            new XElement(s_command + "syntax", page.Syntax.Select(set => SyntaxItem(page, set))),
            new XElement(
                s_command + "parameters",
                page.Parameters.Where(parameter => !parameter.Facts.DontShow)
                    .Select(parameter => Parameter(parameter, Combined(parameter.Facts), inSyntax: false))),
            new XElement(s_command + "inputTypes", page.Inputs.Select(entry => TypeEntry("inputType", entry))),
            new XElement(s_command + "returnValues", page.Outputs.Select(entry => TypeEntry("returnValue", entry))),
            page.Notes.IsEmpty
                ? null
                : new XElement(s_maml + "alertSet", new XElement(s_maml + "alert", Paragraphs(page.Notes.Text))),
            new XElement(s_command + "examples", page.Examples.Select(Example)),
            new XElement(s_command + "relatedLinks", Links(page)));
    }

    private static XElement SyntaxItem(CmdletPage page, PageEntry set)
    {
        string setName = set.Title.Replace(" (Default)", "", StringComparison.Ordinal);
        IEnumerable<(PageParameter Parameter, ParameterSetFacts Facts)> parameters = page.Parameters
            .Select(parameter => (Parameter: parameter, Facts: parameter.Facts.In(setName)!))
            .Where(entry => entry.Facts is not null && !entry.Parameter.Facts.DontShow)
            // The page's syntax line has the order people should see.
            .OrderBy(entry => PlaceIn(set.Text.Text, entry.Parameter.Name));
        return new XElement(
            s_command + "syntaxItem",
            new XElement(s_maml + "name", page.Name),
            parameters.Select(entry => Parameter(entry.Parameter, entry.Facts, inSyntax: true)));
    }

    private static int PlaceIn(string syntax, string parameter)
    {
        string[] words = syntax.Split((char[])[' ', '\n', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        int place = Array.IndexOf(words, $"-{parameter}");
        return place < 0 ? int.MaxValue : place;
    }

    /// <summary>One statement for all sets: required only where every set requires it, any way the pipeline can bind.</summary>
    private static ParameterSetFacts Combined(ParameterFacts facts) => new()
    {
        Position = facts.ParameterSets.Select(set => set.Position).FirstOrDefault(p => p != ParameterSetFacts.Named) ?? ParameterSetFacts.Named,
        IsRequired = facts.ParameterSets.TrueForAll(set => set.IsRequired),
        ValueFromPipeline = facts.ParameterSets.Exists(set => set.ValueFromPipeline),
        ValueFromPipelineByPropertyName = facts.ParameterSets.Exists(set => set.ValueFromPipelineByPropertyName),
    };

    private static XElement Parameter(PageParameter parameter, ParameterSetFacts set, bool inSyntax)
    {
        ParameterFacts facts = parameter.Facts;
        string type = TypeNames.WithoutNamespaces(facts.Type);
        bool isList = type.EndsWith("[]", StringComparison.Ordinal);
        return new XElement(
            s_command + "parameter",
            new XAttribute("required", Xml(set.IsRequired)),
            new XAttribute("variableLength", Xml(isList)),
            new XAttribute("globbing", Xml(facts.SupportsWildcards)),
            new XAttribute("pipelineInput", PipelineInput(set)),
            new XAttribute("position", set.Position == ParameterSetFacts.Named ? "named" : set.Position),
            new XAttribute("aliases", facts.Aliases.Count == 0 ? "none" : string.Join(", ", facts.Aliases)),
            new XElement(s_maml + "name", parameter.Name),
            Description(parameter.Text.Text),
            // The engine shows a choice instead of a type where there is a list of values.
            inSyntax && facts.AcceptedValues.Count > 0
                ? new XElement(s_command + "parameterValueGroup", facts.AcceptedValues.Select(value => Value(value, required: false, isList)))
                : null,
            inSyntax && facts.IsSwitch ? null : Value(type, required: !facts.IsSwitch, isList),
            new XElement(s_dev + "type", new XElement(s_maml + "name", type), new XElement(s_maml + "uri")),
            new XElement(s_dev + "defaultValue", facts.DefaultValue.Length == 0 ? "None" : facts.DefaultValue));
    }

    private static XElement Value(string text, bool required, bool isList) => new(
        s_command + "parameterValue",
        new XAttribute("required", Xml(required)),
        new XAttribute("variableLength", Xml(isList)),
        text);

    private static string PipelineInput(ParameterSetFacts set)
    {
        string[] ways =
        [
            .. set.ValueFromPipelineByPropertyName ? ["ByPropertyName"] : Array.Empty<string>(),
            .. set.ValueFromPipeline ? ["ByValue"] : Array.Empty<string>(),
        ];
        return ways.Length == 0 ? "False" : $"True ({string.Join(", ", ways)})";
    }

    private static XElement TypeEntry(string element, PageEntry entry) => new(
        s_command + element,
        new XElement(s_dev + "type", new XElement(s_maml + "name", entry.Title)),
        Description(entry.Text.Text));

    /// <summary>
    /// The first code block is the example's code; all text, further code included, becomes its remarks. The element meant
    /// for an introduction is of no use: the engine prints the code right behind it on the same line.
    /// </summary>
    private static XElement Example(PageEntry example)
    {
        string[] lines = example.Text.Text.Split('\n');
        FencedCodeBlock? code = Markdown.Parse(example.Text.Text, MarkdownText.Pipeline).OfType<FencedCodeBlock>().FirstOrDefault();
        int from = code?.Line ?? lines.Length;
        int to = code is null ? lines.Length : Math.Min(from + code.Lines.Count + 2, lines.Length);
        return new XElement(
            s_command + "example",
            new XElement(s_maml + "title", $"---------- {PlainText.Line(example.Title)} ----------"),
            new XElement(s_dev + "code", code?.Lines.ToString().TrimEnd()),
            new XElement(s_dev + "remarks", Paragraphs(string.Join('\n', [.. lines[..from], "", .. lines[to..]]))));
    }

    private static IEnumerable<XElement> Links(CmdletPage page)
    {
        if (page.FrontMatter.GetValueOrDefault("HelpUri") is { Length: > 0 } online)
        {
            yield return Link("Online Version:", online);
        }

        foreach (LinkInline link in Markdown.Parse(page.RelatedLinks.Text, MarkdownText.Pipeline).Descendants<LinkInline>())
        {
            // An address that is not absolute would be taken for the online version.
            yield return Link(PlainText.Text(link), PlainText.IsAddress(link.Url) ? link.Url! : "");
        }
    }

    private static XElement Link(string text, string address) => new(
        s_maml + "navigationLink",
        new XElement(s_maml + "linkText", text),
        new XElement(s_maml + "uri", address));

    private static XElement Description(string markdown) => new(s_maml + "description", Paragraphs(markdown));

    /// <summary>
    /// The engine sets a blank line between paragraphs and trims each of them. What has to keep its indentation or stay
    /// close to the line above therefore goes into the paragraph before.
    /// </summary>
    private static IEnumerable<XElement> Paragraphs(string markdown)
    {
        var paragraphs = new List<string>();
        foreach (TextBlock block in PlainText.Blocks(markdown))
        {
            if (paragraphs.Count > 0 && (block.IsTight || block.Indent > 0))
            {
                paragraphs[^1] += (block.IsTight ? "\n" : "\n\n") + Indented(block, block.Indent);
            }
            else
            {
                paragraphs.Add(Indented(block, indent: 0));
            }
        }

        return paragraphs.Select(paragraph => new XElement(s_maml + "para", paragraph));
    }

    private static string Indented(TextBlock block, int indent)
    {
        string margin = new(' ', indent);
        return margin + block.Marker + block.Text.Replace("\n", "\n" + margin, StringComparison.Ordinal);
    }

    private static string Xml(bool value) => value ? "true" : "false";
}
