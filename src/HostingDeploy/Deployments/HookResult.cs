namespace HostingDeploy;

/// <summary>A hook that ran in a deployment, and ended well: one that fails ends the deployment.</summary>
public sealed class HookResult
{
    /// <summary>The hook.</summary>
    public required HostingHook Hook { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The last lines it printed, secrets struck out.</summary>
    public required IReadOnlyList<string> Output { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Hook.ToString();
}
