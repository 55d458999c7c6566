using Markdig;
using Markdig.Syntax;
using YamlDotNet.Core;

namespace HelpBuilder.Pages;

/// <summary>Reads a cmdlet's page. What does not fit the schema becomes a problem, and there is no page then.</summary>
internal sealed class CmdletPageReader
{
    private static readonly string[] s_headings =
    [
        "SYNOPSIS", "SYNTAX", "ALIASES", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS",
    ];

    private readonly string _file;
    private readonly List<Problem> _problems = [];

    private CmdletPageReader(string file) => _file = file;

    public static CmdletPage? Read(string file, string text, List<Problem> problems)
    {
        var reader = new CmdletPageReader(file);
        CmdletPage? page = reader.Read(text);
        problems.AddRange(reader._problems);
        return reader._problems.Count == 0 ? page : null;
    }

    private CmdletPage? Read(string text)
    {
        MarkdownText markdown;
        try
        {
            markdown = MarkdownText.Parse(text);
        }
        catch (YamlException e)
        {
            Report((int)e.Start.Line + 1, $"the front matter is not yaml: {e.Message}");
            return null;
        }

        if (markdown.Sections is not [{ Level: 1 } title])
        {
            Report(1, "a page has exactly one heading of the first level, the cmdlet's name");
            return null;
        }

        Dictionary<string, Section> sections = Index(title);
        return new CmdletPage
        {
            Name = title.Title,
            FrontMatter = markdown.FrontMatter,
            Synopsis = Text(sections, "SYNOPSIS", title),
            Syntax = Entries(sections, "SYNTAX"),
            Aliases = Text(sections, "ALIASES", title),
            Description = Text(sections, "DESCRIPTION", title),
            Examples = Examples(sections),
            ExamplesPlaceholder = sections.GetValueOrDefault("EXAMPLES")?.Intro ?? new Prose("", title.Line),
            Parameters = Parameters(sections),
            CommonParametersText = sections.GetValueOrDefault("PARAMETERS")?.Children
                .FirstOrDefault(section => section.Title == "CommonParameters")?.Text ?? new Prose("", title.Line),
            Inputs = Entries(sections, "INPUTS"),
            Outputs = Entries(sections, "OUTPUTS"),
            Notes = Text(sections, "NOTES", title),
            RelatedLinks = Text(sections, "RELATED LINKS", title),
        };
    }

    private Dictionary<string, Section> Index(Section title)
    {
        var sections = new Dictionary<string, Section>();
        int last = -1;
        foreach (Section section in title.Children)
        {
            int place = Array.IndexOf(s_headings, section.Title);
            if (section.Level != 2 || place < 0)
            {
                Report(section.Line, $"'{section.Title}' is not one of the schema's sections: {string.Join(", ", s_headings)}");
            }
            else if (!sections.TryAdd(section.Title, section))
            {
                Report(section.Line, $"{section.Title} stands here a second time");
            }
            else if (place < last)
            {
                Report(section.Line, $"{section.Title} has to stand before {s_headings[last]}");
            }

            last = Math.Max(last, place);
        }

        if (!title.Intro.IsEmpty)
        {
            Report(title.Intro.Line, "text before the first section would be lost");
        }

        return sections;
    }

    private static Prose Text(Dictionary<string, Section> sections, string heading, Section title) =>
        sections.GetValueOrDefault(heading)?.Text ?? new Prose("", title.Line);

    private List<PageEntry> Entries(Dictionary<string, Section> sections, string heading)
    {
        if (!sections.TryGetValue(heading, out Section? section))
        {
            return [];
        }

        if (!section.Intro.IsEmpty)
        {
            Report(section.Intro.Line, $"text under {heading} has to stand under a heading of the third level");
        }

        return Entries(section);
    }

    private List<PageEntry> Entries(Section section)
    {
        foreach (Section child in section.Children.Where(child => child.Level != 3))
        {
            Report(child.Line, $"'{child.Title}' has to be a heading of the third level");
        }

        return [.. section.Children.Select(child => new PageEntry(child.Title, child.Text, child.Line))];
    }

    private List<PageEntry> Examples(Dictionary<string, Section> sections)
    {
        if (!sections.TryGetValue("EXAMPLES", out Section? section))
        {
            return [];
        }

        if (!section.Intro.IsUnwritten)
        {
            Report(section.Intro.Line, "text under EXAMPLES has to stand under a heading of the third level");
        }

        return Entries(section);
    }

    private List<PageParameter> Parameters(Dictionary<string, Section> sections)
    {
        var parameters = new List<PageParameter>();
        foreach (PageEntry entry in Entries(sections, "PARAMETERS").Where(entry => entry.Title != "CommonParameters"))
        {
            if (!entry.Title.StartsWith('-'))
            {
                Report(entry.Line, $"'{entry.Title}' is not a parameter: a parameter's heading begins with a dash");
            }
            else if (parameters.Exists(parameter => parameter.Name.Equals(entry.Title[1..], StringComparison.OrdinalIgnoreCase)))
            {
                Report(entry.Line, $"{entry.Title} stands here a second time");
            }
            else if (Parameter(entry) is { } parameter)
            {
                parameters.Add(parameter);
            }
        }

        return parameters;
    }

    private PageParameter? Parameter(PageEntry entry)
    {
        FencedCodeBlock[] blocks = [.. Markdown.Parse(entry.Text.Text, MarkdownText.Pipeline).OfType<FencedCodeBlock>().Where(block => block.Info == "yaml")];
        if (blocks.Length != 1)
        {
            Report(entry.Line, $"{entry.Title} needs one yaml block with its metadata, and has {blocks.Length}");
            return null;
        }

        string[] lines = entry.Text.Text.Split('\n');
        int first = blocks[0].Line;
        int last = first + blocks[0].Lines.Count + 1;
        if (last < lines.Length - 1)
        {
            Report(entry.Text.Line + last + 1, $"text after the yaml block of {entry.Title} has to stand before it");
            return null;
        }

        int yamlLine = entry.Text.Line + first + 1;
        string yaml = blocks[0].Lines.ToString();
        try
        {
            return new PageParameter(
                entry.Title[1..],
                new Prose(string.Join('\n', lines[..first]).TrimEnd(), entry.Text.Line),
                ParameterFacts.FromYaml(yaml),
                yaml,
                entry.Line,
                yamlLine);
        }
        catch (YamlException e)
        {
            Report(yamlLine + (int)e.Start.Line - 1, $"the metadata of {entry.Title} does not read: {e.InnerException?.Message ?? e.Message}");
            return null;
        }
    }

    private void Report(int line, string message) => _problems.Add(new Problem(_file, line, message));
}
