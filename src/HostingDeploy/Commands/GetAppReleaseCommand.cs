using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Deployments;

/// <summary>Gets the releases of an app that are on its server, newest first.</summary>
/// <remarks>Which one is live, which are good to go back to, which failed, and which a deployment left unfinished.</remarks>
/// <example>
/// <code>Get-AppRelease cigar</code>
/// <para>All releases of cigar.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "AppRelease")]
[OutputType(typeof(AppRelease))]
public sealed class GetAppReleaseCommand : DeployCommand
{
    /// <summary>The app: its name in the nearest hosting.yml, or what Get-DeployApp emitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [HostingAppTransformation]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    public HostingApp App { get; set; } = null!;

    /// <summary>The session to the app's server. Without it the open session to that server is taken, or one is opened for this cmdlet alone.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public DeploySession? Session { get; set; }

    private protected override async Task ProcessAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        using SessionLease lease = await SessionLease.TakeAsync(Session, App.Server, pipeline, cancellationToken).ConfigureAwait(false);
        AppState state = await AppState.ReadAsync(App, lease.Session, 1, cancellationToken).ConfigureAwait(false);
        foreach (AppRelease release in state.Releases)
        {
            pipeline.Output(release);
        }
    }
}
