namespace HostingDeploy;

/// <summary>How a deployment ended.</summary>
public enum DeploymentStatus
{
    /// <summary>All steps are done and the app answers.</summary>
    Succeeded,

    /// <summary>All was as asked already; nothing was touched.</summary>
    Unchanged,

    /// <summary>A step failed.</summary>
    Failed,

    /// <summary>-WhatIf: nothing was done.</summary>
    Planned,
}

/// <summary>One run for one app.</summary>
public sealed class Deployment
{
    private readonly List<StepResult> _steps = [];

    internal Deployment(string id, HostingApp app, bool setup)
    {
        Id = id;
        App = app;
        Setup = setup;
        Started = DateTimeOffset.Now;
    }

    /// <summary>Its name in the journal: when it began (UTC) and a random end.</summary>
    public string Id { get; }

    /// <summary>The app.</summary>
    public HostingApp App { get; }

    /// <summary>The server's name.</summary>
    public string Server => App.Server.Name;

    /// <summary>The branch deployed.</summary>
    public string Branch => App.Branch;

    /// <summary>Whether the steps of a first deployment were part of it.</summary>
    public bool Setup { get; }

    /// <summary>How it ended.</summary>
    public DeploymentStatus Status { get; internal set; }

    /// <summary>The release that serves now.</summary>
    public string? Release { get; internal set; }

    /// <summary>The commit of that release.</summary>
    public string? Commit { get; internal set; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>Where to look.</summary>
    public Uri? Url { get; internal set; }

    /// <summary>What it cost on the wire, connecting not included.</summary>
    public SessionStatistics? Statistics { get; internal set; }

    /// <summary>Round trips on the wire that it took, connecting not included.</summary>
    public int RoundTrips => Statistics?.RoundTrips ?? 0;

    /// <summary>What each step did.</summary>
    public IReadOnlyList<StepResult> Steps => _steps;

    /// <inheritdoc/>
    public override string ToString() => $"{App} {Status} ({Release})";

    internal void Add(StepResult step) => _steps.Add(step);
}
