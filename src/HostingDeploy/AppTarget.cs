namespace HostingDeploy;

/// <summary>An app together with the session to its server: what a pipeline of step cmdlets begins with.</summary>
public sealed class AppTarget
{
    internal AppTarget(HostingApp app, DeploySession session)
    {
        App = app;
        Session = session;
    }

    /// <summary>The app's name.</summary>
    public string Name => App.Name;

    /// <summary>The app.</summary>
    public HostingApp App { get; }

    /// <summary>The session.</summary>
    public DeploySession Session { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{App} on {Session}";
}
