namespace HostingDeploy.Deployments;

using HostingDeploy.Steps;

/// <summary>What a deployment is to do.</summary>
internal sealed record DeploymentOrder
{
    /// <summary>deploy or undo, as the journal calls it.</summary>
    internal string Kind { get; init; } = "deploy";

    /// <summary>The line to go on with after a failure; null when the step's own is all there is to say.</summary>
    internal string? GoOnWith { get; init; }

    /// <summary>With the steps of a first deployment.</summary>
    internal bool Setup { get; init; }

    /// <summary>Do the work even where nothing changed.</summary>
    internal bool Force { get; init; }

    /// <summary>Only look.</summary>
    internal bool Plan { get; init; }

    /// <summary>The release to work on; null: the one the clone makes or finds, else the one being built, else the live one.</summary>
    internal string? Release { get; init; }

    /// <summary>Leave the app's hooks out.</summary>
    internal bool SkipHooks { get; init; }

    /// <summary>The deployment to go on with, if it still is the last when the lock is taken; null for a new one.</summary>
    internal string? Resumes { get; init; }

    /// <summary>Where to begin; null: with the first step.</summary>
    internal DeploymentStage? From { get; init; }

    /// <summary>The live release that a rollback was asked to go back from; null for a deployment.</summary>
    internal string? UndoFrom { get; init; }

    /// <summary>How long to wait for someone else's deployment to end.</summary>
    internal TimeSpan WaitForLock { get; init; }

    /// <summary>Which of the steps; all by default.</summary>
    internal Func<DeployStepName, bool> Wanted { get; init; } = _ => true;

    /// <summary>The steps that are taken or whose hooks run, in order.</summary>
    internal IReadOnlyList<DeployStep> Steps => [.. DeploySteps.All.Where(s => Wanted(s.Name) && (Setup || !s.OnlyWithSetup))];

    /// <summary>Whether the step itself is taken: not when its hooks alone are left, and a plan has nothing to verify.</summary>
    internal bool Takes(DeployStep step) => Reaches(new DeploymentStage(step.Name)) && !(Plan && step.Name == DeployStepName.Verify);

    /// <summary>Whether this stage is not before the one to begin with.</summary>
    internal bool Reaches(DeploymentStage stage) => From is not { } from || stage.CompareTo(from) >= 0;
}
