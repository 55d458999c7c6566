using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Deployments;

/// <summary>Goes back to the release that served before, or to another one that did.</summary>
/// <remarks>The same handover as in a deployment: that release's Puma boots in the free slot and has to answer before nginx is switched to it, so a rollback is as safe as a deployment, and takes seconds. Releases that failed or were rolled back from are passed over. The database is left as it is: migrations that came with the release undone are told, not reverted.</remarks>
/// <example>
/// <code>Undo-AppDeployment cigar</code>
/// <para>Goes back to the release that served before this one.</para>
/// </example>
/// <example>
/// <code>Get-AppRelease cigar | Where-Object State -eq Good | Select-Object -Last 1 | Undo-AppDeployment -Confirm:$false</code>
/// <para>Goes back to the oldest release that is still there.</para>
/// </example>
[Cmdlet(VerbsCommon.Undo, "AppDeployment", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(Deployment))]
public sealed class UndoAppDeploymentCommand : AppCommand
{
    /// <summary>The release to go back to, as Get-AppRelease names it. Default: the one that served before.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Release")]
    public string? To { get; set; }

    /// <summary>Leave the hooks of hosting.yml out.</summary>
    [Parameter]
    public SwitchParameter SkipHooks { get; set; }

    private protected override async Task ProcessAsync(HostingApp app, DeploySession session, Pipeline pipeline, CancellationToken cancellationToken)
    {
        AppState state = await AppState.ReadAsync(app, session, 1, cancellationToken).ConfigureAwait(false);
        AppRelease target = Target(app, state);
        if (!await pipeline.ShouldProcessAsync($"{app} on {app.Server}", $"Go back from release {state.Live} to {target.Release}").ConfigureAwait(false))
        {
            return;
        }

        var order = new DeploymentOrder
        {
            Kind = "undo",
            Release = target.Release,
            UndoFrom = state.Live,
            SkipHooks = SkipHooks,
            Wanted = step => step is DeployStepName.Start or DeployStepName.Verify,
        };
        using var talk = new DeploymentTalk(app, pipeline);
        talk.Say($"⏪ Rolling {app.Title} back from release {state.Live} to {target.Release}");
        Deployment deployment = await talk.RunAsync(session, order, cancellationToken).ConfigureAwait(false);
        foreach (string migration in deployment.Steps[0].Facts.GetValueOrDefault("migrations", string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            pipeline.Warning($"The database still has the migration {migration}, which release {target.Release} does not know.");
        }

        talk.Say($"🎉 {app.Title} is back on release {deployment.Release}");
        pipeline.Output(deployment);
    }

    private AppRelease Target(HostingApp app, AppState state)
    {
        string wanted = To ?? state.Previous ?? throw new DeployException(
            "NoReleaseToGoBackTo", ErrorCategory.ObjectNotFound, $"There is no release of {app} to go back to: none but the live one has served and is still there.",
            app, $"Get-AppRelease {app}");
        AppRelease target = state.Releases.FirstOrDefault(r => r.Release == wanted) ?? throw new DeployException(
            "NoRelease", ErrorCategory.ObjectNotFound, $"{app} has no release {wanted} on {app.Server}.", app, $"Get-AppRelease {app}");
        return target.State is ReleaseState.Good ? target : throw new DeployException(
            "ReleaseNotGood", ErrorCategory.InvalidOperation,
            target.State == ReleaseState.Live ? $"Release {wanted} of {app} serves already." : $"Release {wanted} of {app} is no good one to go back to: {target.State}.",
            app, $"Get-AppRelease {app}");
    }
}
