using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Deployments;

/// <summary>Gets the deployments of an app from the journal on its server, newest first.</summary>
/// <remarks>Each with who ran it, when, how long it took, how it ended and what each step did.</remarks>
/// <example>
/// <code>Get-AppDeployment cigar -First 10</code>
/// <para>The last ten.</para>
/// </example>
/// <example>
/// <code>(Get-AppDeployment cigar -First 1).Steps</code>
/// <para>The steps of the last one.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "AppDeployment")]
[OutputType(typeof(DeploymentRecord))]
public sealed class GetAppDeploymentCommand : DeployCommand
{
    /// <summary>The app: its name in the nearest hosting.yml, or what Get-DeployApp emitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [HostingAppTransformation]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    public HostingApp App { get; set; } = null!;

    /// <summary>How many. Default: 20.</summary>
    [Parameter]
    [ValidateRange(1, 10000)]
    public int First { get; set; } = 20;

    /// <summary>The session to the app's server. Without it the open session to that server is taken, or one is opened for this cmdlet alone.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public DeploySession? Session { get; set; }

    private protected override async Task ProcessAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        using SessionLease lease = await SessionLease.TakeAsync(Session, App.Server, pipeline, cancellationToken).ConfigureAwait(false);
        AppState state = await AppState.ReadAsync(App, lease.Session, First, cancellationToken).ConfigureAwait(false);
        foreach (DeploymentRecord record in state.Deployments().Take(First))
        {
            pipeline.Output(record);
        }
    }
}
