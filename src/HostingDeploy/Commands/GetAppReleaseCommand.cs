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
public sealed class GetAppReleaseCommand : AppCommand
{
    private protected override async Task ProcessAsync(HostingApp app, DeploySession session, Pipeline pipeline, CancellationToken cancellationToken)
    {
        AppState state = await AppState.ReadAsync(app, session, 1, cancellationToken).ConfigureAwait(false);
        foreach (AppRelease release in state.Releases)
        {
            pipeline.Output(release);
        }
    }
}
