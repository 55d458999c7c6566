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
public sealed class GetAppDeploymentCommand : AppCommand
{
    /// <summary>How many. Default: 20.</summary>
    [Parameter]
    [ValidateRange(1, 10000)]
    public int First { get; set; } = 20;

    private protected override async Task ProcessAsync(HostingApp app, DeploySession session, Pipeline pipeline, CancellationToken cancellationToken)
    {
        AppState state = await AppState.ReadAsync(app, session, First, cancellationToken).ConfigureAwait(false);
        foreach (DeploymentRecord record in state.Deployments().Take(First))
        {
            pipeline.Output(record);
        }
    }
}
