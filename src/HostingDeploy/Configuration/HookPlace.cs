namespace HostingDeploy;

/// <summary>Where a hook runs.</summary>
public enum HookPlace
{
    /// <summary>On the app's server.</summary>
    Server,

    /// <summary>On the machine the deployment is run from, in the folder of hosting.yml.</summary>
    Local,
}
