namespace HelpBuilder.Pages;

/// <summary>The page of one cmdlet in platyPS's schema 2024-05-01.</summary>
internal sealed record CmdletPage
{
    public const string DocumentType = "cmdlet";
    public const string SchemaVersion = "2024-05-01";

    /// <summary>What the schema says under the heading CommonParameters.</summary>
    public const string CommonParameters = """
        This cmdlet supports the common parameters: -Debug, -ErrorAction, -ErrorVariable,
        -InformationAction, -InformationVariable, -OutBuffer, -OutVariable, -PipelineVariable,
        -ProgressAction, -Verbose, -WarningAction, and -WarningVariable. For more information, see
        [about_CommonParameters](https://go.microsoft.com/fwlink/?LinkID=113216).
        """;

    private const string AliasIntroduction = "This cmdlet has the following aliases,";

    public required string Name { get; init; }

    public required IReadOnlyDictionary<string, string> FrontMatter { get; init; }

    public required Prose Synopsis { get; init; }

    /// <summary>Headings are parameter set names; texts hold the fenced block.</summary>
    public required IReadOnlyList<PageEntry> Syntax { get; init; }

    /// <summary>Empty when the cmdlet has no alias.</summary>
    public required Prose Aliases { get; init; }

    public required Prose Description { get; init; }

    public required IReadOnlyList<PageEntry> Examples { get; init; }

    /// <summary>Only a placeholder may stand here, until somebody writes an example.</summary>
    public required Prose ExamplesPlaceholder { get; init; }

    public required IReadOnlyList<PageParameter> Parameters { get; init; }

    public required Prose CommonParametersText { get; init; }

    public required IReadOnlyList<PageEntry> Inputs { get; init; }

    public required IReadOnlyList<PageEntry> Outputs { get; init; }

    public required Prose Notes { get; init; }

    public required Prose RelatedLinks { get; init; }

    public static string AliasesBody(IReadOnlyList<string> aliases) =>
        aliases.Count == 0 ? "" : $"{AliasIntroduction}\n  {string.Join(", ", aliases)}";

    public static string SyntaxBody(string lines) => $"```\n{lines}\n```";
}

/// <summary>A heading of the third level and its text.</summary>
internal sealed record PageEntry(string Title, Prose Text, int Line);

/// <summary>A parameter's section: text, then the yaml block with its metadata.</summary>
internal sealed record PageParameter(string Name, Prose Text, ParameterFacts Facts, string Yaml, int Line, int YamlLine)
{
    /// <summary>The line of a key inside the yaml block.</summary>
    public int LineOf(string key)
    {
        int index = Array.FindIndex(Yaml.Split('\n'), line => line.StartsWith(key + ":", StringComparison.Ordinal));
        return YamlLine + Math.Max(index, 0);
    }
}
