namespace HostingDeploy;

/// <summary>When a hook runs.</summary>
public enum HookMoment
{
    /// <summary>Before its step; when it fails, the step is not taken.</summary>
    Before = 1,

    /// <summary>After its step was done, also when there was nothing to do.</summary>
    After = 2,
}
