using HostingDeploy.Deployments;

namespace HostingDeploy;

/// <summary>How a deployment of the journal ended.</summary>
public enum DeploymentOutcome
{
    /// <summary>It went through, or found nothing to do.</summary>
    Succeeded,

    /// <summary>A step failed.</summary>
    Failed,

    /// <summary>Cut off: its client went away, or something ended it before it could say how.</summary>
    Interrupted,

    /// <summary>It is going on now.</summary>
    Running,
}

/// <summary>A deployment as the server's journal has it.</summary>
public sealed class DeploymentRecord
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>deploy, undo or remove.</summary>
    public required string Kind { get; init; }

    /// <summary>The app.</summary>
    public required HostingApp App { get; init; }

    /// <summary>Who ran it, and on which machine.</summary>
    public required string Who { get; init; }

    /// <summary>The branch.</summary>
    public required string Branch { get; init; }

    /// <summary>Whether the steps of a first deployment were part of it.</summary>
    public required bool Setup { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>From its beginning to the end of its last step.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How it ended.</summary>
    public required DeploymentOutcome Status { get; init; }

    /// <summary>The release it worked on.</summary>
    public required string? Release { get; init; }

    /// <summary>The commit of that release.</summary>
    public required string? Commit { get; init; }

    /// <summary>The steps it took, and the hooks it ran, in order.</summary>
    public required IReadOnlyList<StepRecord> Steps { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Id} {Status}";
}

/// <summary>A step of a deployment, or a hook of one, as the journal has it.</summary>
/// <param name="Step">The step.</param>
/// <param name="Status">Unchanged, Changed or Failed; of a hook Done or Failed.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Changes">What it changed.</param>
/// <param name="ErrorId">Why it failed, or null.</param>
/// <param name="Message">The same in words, or null.</param>
public sealed record StepRecord(DeployStepName Step, string Status, TimeSpan Duration, IReadOnlyList<string> Changes, string? ErrorId, string? Message)
{
    /// <summary>Before or after the step, for a hook; null is the step itself.</summary>
    public HookMoment? Hook { get; init; }

    /// <summary>The command of the hook, or null.</summary>
    public string? Run { get; init; }

    internal int HookIndex { get; init; }

    internal DeploymentStage Stage => new(Step, Hook, HookIndex);

    /// <inheritdoc/>
    public override string ToString() => Hook is null ? $"{Step} {Status}" : $"{Hook} {Step} {Status}";
}
