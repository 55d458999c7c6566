using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Deployments;
using HostingDeploy.Steps;

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
[Cmdlet(VerbsLifecycle.Invoke, "AppDeployment", SupportsShouldProcess = true)]
[OutputType(typeof(Deployment))]
public sealed class InvokeAppDeploymentCommand : DeployCommand
{
    /// <summary>The app: its name in the nearest hosting.yml, or what Get-DeployApp emitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [HostingAppTransformation]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    public HostingApp App { get; set; } = null!;

    /// <summary>The branch to deploy instead of the one in hosting.yml.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    /// <summary>Also take the steps of a first deployment: the PostgreSQL role, the database, the TLS certificate.</summary>
    [Parameter]
    public SwitchParameter Setup { get; set; }

    /// <summary>The session to the app's server. Without it the open session to that server is taken, or one is opened for this deployment alone.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public DeploySession? Session { get; set; }

    /// <summary>Do every step's work even where nothing has changed since it was last done.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override async Task ProcessAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        HostingApp app = Branch is null ? App : App.WithBranch(Branch);
        bool plan = await pipeline.AskAsync(Confirmation.IsWhatIf).ConfigureAwait(false);
        if (!plan && !await pipeline.ShouldProcessAsync($"{app} on {app.Server}", $"Deploy branch {app.Branch}").ConfigureAwait(false))
        {
            return;
        }

        using SessionLease lease = await SessionLease.TakeAsync(Session, app.Server, pipeline, cancellationToken).ConfigureAwait(false);
        var progress = new DeploymentProgress(app, pipeline);
        var run = new DeploymentRun(app, lease.Session, Setup, Force, plan)
        {
            Say = line => pipeline.Information(new HostInformationMessage { Message = line }, "PSHOST", "HostingDeploy", "Step"),
            OnStep = progress.Begin,
            OnLine = (step, line) =>
            {
                pipeline.Verbose($"{app.Server}: {line}");
                progress.Line(line);
            },
        };
        try
        {
            pipeline.Output(await run.RunAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            progress.End();
        }
    }
}
