namespace HostingDeploy.Deployments;

/// <summary>A place in a deployment: a step, or one of the hooks before or after it. What comes earlier is less.</summary>
/// <param name="Step">The step.</param>
/// <param name="Hook">Before or after it; null is the step itself.</param>
/// <param name="Index">Which of the hooks of that moment.</param>
internal readonly record struct DeploymentStage(DeployStepName Step, HookMoment? Hook = null, int Index = 0) : IComparable<DeploymentStage>
{
    /// <summary>The stage after this one, if there is one of that number.</summary>
    internal DeploymentStage Next => Hook is null ? new(Step, HookMoment.After) : this with { Index = Index + 1 };

    private int Part => Hook switch { HookMoment.Before => 0, null => 1, _ => 2 };

    public int CompareTo(DeploymentStage other) => (Step, Part, Index).CompareTo((other.Step, other.Part, other.Index));
}
