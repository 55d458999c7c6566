using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Deployments;

/// <summary>Deploys an app: the one command that does everything.</summary>
/// <remarks>
/// Takes all steps in their order, each of which is also a cmdlet of its own. It is repeatable: running it again is safe at any point, after any failure; what is done already is found and left alone. The running app is not touched until the new release has booted beside it and answers.
/// The lines it prints are for people; scripts take the Deployment object it emits. A step that fails ends the deployment with one error: the step, the server, the last lines from there and the cmdlet line to go on with.
/// </remarks>
/// <example>
/// <code>Invoke-AppDeployment cigar -Setup</code>
/// <para>The first deployment: with the PostgreSQL role, the database and the TLS certificate.</para>
/// </example>
/// <example>
/// <code>Invoke-AppDeployment cigar</code>
/// <para>An update to the newest commit of the branch.</para>
/// </example>
/// <example>
/// <code>$d = Invoke-AppDeployment cigar -Branch hotfix; $d.Steps | Where-Object Status -eq Changed</code>
/// <para>Deploys another branch and looks at what was changed.</para>
/// </example>
/// <example>
/// <code>Invoke-AppDeployment cigar -Resume</code>
/// <para>After a failure was mended: goes on with the step that failed, with the same release and commit.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "AppDeployment", SupportsShouldProcess = true, DefaultParameterSetName = StepsSet)]
[OutputType(typeof(Deployment))]
public sealed class InvokeAppDeploymentCommand : AppCommand
{
    private const string StepsSet = "Steps";
    private const string ResumeSet = "Resume";

    /// <summary>The branch to deploy instead of the one in hosting.yml.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    /// <summary>Also take the steps of a first deployment: the PostgreSQL role, the database, the TLS certificate.</summary>
    [Parameter(ParameterSetName = StepsSet)]
    public SwitchParameter Setup { get; set; }

    /// <summary>Do every step's work even where nothing has changed since it was last done.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Go on where the last deployment failed or was cut off, with the same release, commit, branch and -Setup.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ResumeSet)]
    public SwitchParameter Resume { get; set; }

    /// <summary>Begin with this step. The release is the one being built, else the live one.</summary>
    [Parameter(ParameterSetName = StepsSet)]
    public DeployStepName? StartAt { get; set; }

    /// <summary>Take only these steps.</summary>
    [Parameter(ParameterSetName = StepsSet)]
    public DeployStepName[]? Only { get; set; }

    /// <summary>Leave these steps out.</summary>
    [Parameter(ParameterSetName = StepsSet)]
    public DeployStepName[]? Skip { get; set; }

    /// <summary>Seconds to wait for somebody else's deployment of the app to end, or for Unlock-AppDeployment; a line says for whom. Default: 0, that is an error at once.</summary>
    [Parameter]
    [ValidateRange(0, 86400)]
    public int WaitForLock { get; set; }

    /// <summary>Leave the hooks of hosting.yml out.</summary>
    [Parameter]
    public SwitchParameter SkipHooks { get; set; }

    private protected override async Task ProcessAsync(HostingApp app, DeploySession session, Pipeline pipeline, CancellationToken cancellationToken)
    {
        if (Branch is not null)
        {
            app = app.WithBranch(Branch);
        }

        bool plan = await pipeline.AskAsync(Confirmation.IsWhatIf).ConfigureAwait(false);
        if (!plan && !await pipeline.ShouldProcessAsync($"{app} on {app.Server}", $"Deploy branch {app.Branch}").ConfigureAwait(false))
        {
            return;
        }

        var order = new DeploymentOrder
        {
            GoOnWith = $"Invoke-AppDeployment {app}{(Branch is null ? string.Empty : $" -Branch {Branch}")}{(Setup ? " -Setup" : string.Empty)}",
            Setup = Setup,
            Force = Force,
            SkipHooks = SkipHooks,
            Plan = plan,
            WaitForLock = TimeSpan.FromSeconds(WaitForLock),
            Wanted = IsWanted,
        };
        if (Resume)
        {
            (app, order) = await DeploymentResume.FindAsync(app, session, order, cancellationToken).ConfigureAwait(false);
        }

        using var talk = new DeploymentTalk(app, pipeline);
        talk.Say($"🚀 Deploying {app.Title} from branch {app.Branch} (setup={order.Setup})");
        Deployment deployment = await talk.RunAsync(session, order, cancellationToken).ConfigureAwait(false);
        if (!plan)
        {
            talk.Say(deployment.Status == DeploymentStatus.Unchanged
                ? $"🎉 {app.Title} is up to date, nothing was changed!"
                : $"🎉 Deployment of {app.Title} complete!");
            talk.Say($"📊 Verify at: {deployment.Url?.OriginalString ?? $"https://{app.Domain}"}");
        }

        pipeline.Output(deployment);
    }

    private bool IsWanted(DeployStepName step) =>
        (StartAt is null || step >= StartAt) && (Only is null || Only.Contains(step)) && (Skip is null || !Skip.Contains(step));
}
