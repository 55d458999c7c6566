using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Base of the cmdlets about one app on its server.</summary>
public abstract class AppCommand : DeployCommand
{
    /// <summary>
    /// The app: its name in the nearest hosting.yml (the one in the current location or a folder above, or the file named by
    /// the environment variable HOSTING_FILE), or what Get-DeployApp or a step emitted.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AppReferenceTransformation]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    public AppReference App { get; set; } = null!;

    /// <summary>
    /// The session to the app's server. Without it the open session to that server is taken (Get-DeploySession), or one is
    /// opened for this cmdlet alone.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [LiveSession]
    public DeploySession? Session { get; set; }

    /// <summary>The cmdlet's work, in a session.</summary>
    private protected abstract Task ProcessAsync(HostingApp app, DeploySession session, Pipeline pipeline, CancellationToken cancellationToken);

    private protected sealed override async Task ProcessAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        HostingApp app = await pipeline.AskAsync(cmdlet => App.Resolve(cmdlet.SessionState)).ConfigureAwait(false);
        using SessionLease lease = await SessionLease.TakeAsync(Session, app.Server, pipeline, cancellationToken).ConfigureAwait(false);
        await ProcessAsync(app, lease.Session, pipeline, cancellationToken).ConfigureAwait(false);
    }
}
