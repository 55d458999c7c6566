using HelpBuilder.Pages;
using HelpBuilder.Reflection;

namespace HelpBuilder;

/// <summary>
/// Brings a cmdlet and its page together: everything the code decides is taken from the cmdlet, every text from the page.
/// Where the page has no text yet, the comments in the code give the first one.
/// </summary>
internal sealed class PageComposer(ModuleAssembly module)
{
    public CmdletPage Compose(Cmdlet cmdlet, CmdletPage? existing, DateOnly today)
    {
        var generated = new Dictionary<string, string>
        {
            ["document type"] = CmdletPage.DocumentType,
            ["external help file"] = module.HelpFile,
            ["HelpUri"] = cmdlet.HelpUri,
            ["Locale"] = "en-US",
            ["Module Name"] = module.Name,
            [FrontMatter.Date] = existing?.FrontMatter.GetValueOrDefault(FrontMatter.Date) ?? FrontMatter.Format(today),
            ["PlatyPS schema version"] = CmdletPage.SchemaVersion,
            ["title"] = cmdlet.Name,
        };
        IReadOnlyList<PageEntry> examples = existing is { Examples.Count: > 0 } ? existing.Examples : [.. cmdlet.Docs.Examples.Select(Example)];
        return new CmdletPage
        {
            Name = cmdlet.Name,
            FrontMatter = FrontMatter.Merge(generated, existing?.FrontMatter),
            Synopsis = Keep(existing?.Synopsis, cmdlet.Docs.Synopsis, "in the synopsis"),
            Syntax = [.. cmdlet.Sets.Select(set => Entry(set.Heading, CmdletPage.SyntaxBody(Syntax.Render(cmdlet, set))))],
            Aliases = Text(CmdletPage.AliasesBody(cmdlet.Aliases)),
            Description = Keep(existing?.Description, cmdlet.Docs.Description, "in the description"),
            Examples = examples,
            ExamplesPlaceholder = Text(examples.Count == 0 ? Placeholder.Of("in an example") : ""),
            Parameters = [.. Ordered(cmdlet.Parameters).Select(parameter => Parameter(parameter, existing))],
            CommonParametersText = Text(CmdletPage.CommonParameters),
            Inputs = Types(cmdlet.Inputs, existing?.Inputs, "in what the cmdlet does with it"),
            Outputs = Types(cmdlet.Outputs, existing?.Outputs, "in what it says"),
            Notes = existing?.Notes ?? Text(""),
            RelatedLinks = existing is { RelatedLinks.IsEmpty: false } ? existing.RelatedLinks : Text(Links(cmdlet)),
        };
    }

    /// <summary>By name, with Confirm and WhatIf at the end, as the schema wants it.</summary>
    public static IEnumerable<CmdletParameter> Ordered(IEnumerable<CmdletParameter> parameters) =>
        parameters.OrderBy(parameter => parameter.Name is "Confirm" or "WhatIf").ThenBy(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase);

    private static PageParameter Parameter(CmdletParameter parameter, CmdletPage? existing)
    {
        PageParameter? written = existing?.Parameters.FirstOrDefault(p => p.Name.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase));
        if (written is { Facts.DefaultValue: { Length: > 0 } value } && !parameter.DefaultIsCertain)
        {
            parameter.Facts.DefaultValue = value;
        }

        return new PageParameter(
            parameter.Name,
            Keep(written?.Text, parameter.Text, $"-{parameter.Name} in"),
            parameter.Facts,
            parameter.Facts.ToYaml(),
            Line: 0,
            YamlLine: 0);
    }

    private static PageEntry Example(CmdletExample example, int index)
    {
        string title = $"Example {index + 1}";
        return Entry(example.Title.Length > 0 ? $"{title}: {example.Title}" : title, example.Body);
    }

    private static List<PageEntry> Types(IReadOnlyList<TypeEntry> types, IReadOnlyList<PageEntry>? existing, string what) =>
    [
        .. types.Select(type => new PageEntry(
            type.Type,
            Keep(existing?.FirstOrDefault(entry => entry.Title == type.Type)?.Text, type.Text, what),
            Line: 0)),
    ];

    /// <summary>What the comments point to, then the other cmdlets with the same noun.</summary>
    private string Links(Cmdlet cmdlet)
    {
        string noun = Noun(cmdlet);
        IEnumerable<string> siblings = module.Cmdlets
            .Where(other => other.Name != cmdlet.Name && Noun(other) == noun)
            .Select(other => $"[{other.Name}]({other.Name}.md)");
        return string.Join('\n', cmdlet.Docs.Links.Concat(siblings).Distinct().Select(link => $"- {link}"));
    }

    private static string Noun(Cmdlet cmdlet) => cmdlet.Name[(cmdlet.Name.IndexOf('-', StringComparison.Ordinal) + 1)..];

    private static Prose Keep(Prose? written, string? fromCode, string what) =>
        written is { IsUnwritten: false } ? written : Text(fromCode ?? Placeholder.Of(what));

    private static PageEntry Entry(string title, string text) => new(title, Text(text), Line: 0);

    private static Prose Text(string text) => new(text, Line: 0);
}
