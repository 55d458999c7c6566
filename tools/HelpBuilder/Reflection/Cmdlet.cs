namespace HelpBuilder.Reflection;

/// <summary>A cmdlet as PowerShell sees it, with what its XML comments say.</summary>
internal sealed record Cmdlet
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required string HelpUri { get; init; }

    /// <summary>In order of declaration; WhatIf and Confirm last.</summary>
    public required IReadOnlyList<CmdletParameter> Parameters { get; init; }

    /// <summary>The default set first.</summary>
    public required IReadOnlyList<ParameterSet> Sets { get; init; }

    public required IReadOnlyList<TypeEntry> Inputs { get; init; }

    public required IReadOnlyList<TypeEntry> Outputs { get; init; }

    public required CmdletDocs Docs { get; init; }
}

/// <summary>A parameter and the text its property's comment gives it.</summary>
/// <param name="Name">Without the dash.</param>
/// <param name="ShortType">The type as a syntax line shows it.</param>
/// <param name="Facts">Its metadata.</param>
/// <param name="DefaultIsCertain">False where code cannot tell "zero" or "nothing" from "decided later": then the page's word stands.</param>
/// <param name="Text">Markdown, or null without a comment.</param>
internal sealed record CmdletParameter(string Name, string ShortType, ParameterFacts Facts, bool DefaultIsCertain, string? Text);

/// <summary>A parameter set.</summary>
/// <param name="Name">Its name, <c>__AllParameterSets</c> when it is the only one.</param>
/// <param name="IsDefault">True for a named default set.</param>
internal sealed record ParameterSet(string Name, bool IsDefault)
{
    public const string Unnamed = "__AllParameterSets";

    /// <summary>The heading of the set's syntax block.</summary>
    public string Heading => IsDefault ? $"{Name} (Default)" : Name;
}

/// <summary>An entry of INPUTS or OUTPUTS.</summary>
/// <param name="Type">The full type name, or None.</param>
/// <param name="Text">Markdown to begin with, or null when nothing is known.</param>
internal sealed record TypeEntry(string Type, string? Text)
{
    public const string None = "None";
}

/// <summary>What the comment of a cmdlet's class says, as markdown.</summary>
internal sealed record CmdletDocs(string? Synopsis, string? Description, IReadOnlyList<CmdletExample> Examples, IReadOnlyList<string> Links);

/// <summary>An example of a class comment: a title (possibly empty) and what goes under it.</summary>
internal sealed record CmdletExample(string Title, string Body);
