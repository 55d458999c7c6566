namespace HostingDeploy;

/// <summary>Whom a hook on the server runs as.</summary>
public enum HookUser
{
    /// <summary>The app's user, in the environment of the app's service, secrets included.</summary>
    App,

    /// <summary>Root, in root's own environment.</summary>
    Root,
}
