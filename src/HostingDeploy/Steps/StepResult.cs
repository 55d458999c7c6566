namespace HostingDeploy;

/// <summary>How a step ended.</summary>
public enum StepStatus
{
    /// <summary>All was as asked already; nothing was touched.</summary>
    Unchanged,

    /// <summary>Something was changed.</summary>
    Changed,

    /// <summary>There is nothing for this step to do in this app.</summary>
    Skipped,

    /// <summary>-WhatIf: something would be changed.</summary>
    WouldChange,
}

/// <summary>What a step cmdlet emits. The next step in the pipeline takes App, Session and Release from it.</summary>
public sealed class StepResult
{
    /// <summary>The step.</summary>
    public required DeployStepName Step { get; init; }

    /// <summary>How it ended.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>What it changed (or would change), a line each.</summary>
    public required IReadOnlyList<string> Changes { get; init; }

    /// <summary>What else is worth knowing: why it was skipped, what it found.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Unified diffs of the files it changed (or would change); never of a file with secrets.</summary>
    public required IReadOnlyList<string> Diffs { get; init; }

    /// <summary>Facts it reported, by name: <c>gems</c>, <c>commit</c>, <c>expires</c>, <c>slot</c> and the like.</summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>The app.</summary>
    public required HostingApp App { get; init; }

    /// <summary>The session it ran in.</summary>
    public required DeploySession Session { get; init; }

    /// <summary>The release it worked on, where there is one.</summary>
    public string? Release { get; init; }

    /// <summary>The server's name.</summary>
    public string Server => App.Server.Name;

    /// <inheritdoc/>
    public override string ToString() => $"{Step} of {App}: {Status}";
}
