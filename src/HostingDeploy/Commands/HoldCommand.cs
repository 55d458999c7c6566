namespace HostingDeploy.Commands;

using HostingDeploy.Deployments;
using HostingDeploy.Sessions;
using HostingDeploy.Steps;

/// <summary>Base of Lock- and Unlock-AppDeployment.</summary>
public abstract class HoldCommand : AppCommand
{
    /// <summary>Why deployments are held back; null lets them go again.</summary>
    private protected abstract string? Reason { get; }

    private protected override async Task ProcessAsync(HostingApp app, DeploySession session, Pipeline pipeline, CancellationToken cancellationToken)
    {
        var context = new StepContext(app, session);
        ShellReply plan = await RunAsync(context, plan: true, cancellationToken).ConfigureAwait(false);
        foreach (string change in plan.All("change"))
        {
            if (await pipeline.ShouldProcessAsync($"{app} on {app.Server}", change).ConfigureAwait(false))
            {
                await RunAsync(context, plan: false, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private Task<ShellReply> RunAsync(StepContext context, bool plan, CancellationToken cancellationToken) =>
        ScriptRun.RunAsync(context, "hold", plan, script => script.With("MESSAGE", Reason).With("WHO", $"{LockOwner.Me}, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC"), cancellationToken);
}
