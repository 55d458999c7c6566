using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Base of the step cmdlets: which app, which session, which release; look, ask, change.</summary>
public abstract class StepCommand : AppCommand
{
    /// <summary>Do the work even where nothing has changed since it was last done.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The step.</summary>
    private protected abstract DeployStep Step { get; }

    /// <summary>The release to work on, for the steps that take one.</summary>
    private protected virtual string? WantedRelease => null;

    /// <summary>The app as this cmdlet's own parameters change it.</summary>
    private protected virtual HostingApp Adjust(HostingApp app) => app;

    private protected override async Task ProcessAsync(HostingApp app, DeploySession session, Pipeline pipeline, CancellationToken cancellationToken)
    {
        app = Adjust(app);
        var context = new StepContext(app, session)
        {
            Release = WantedRelease,
            Force = Force,
            OnLine = pipeline.Lines((cmdlet, line) => cmdlet.WriteVerbose($"{app.Server}: {line}")),
            OnWaiting = what => pipeline.Information(new HostInformationMessage { Message = $"{app} | ⏳ Waiting for {what}" }, "PSHOST", "HostingDeploy", "Step"),
        };
        StepResult? result = await RunAsync(context, pipeline, cancellationToken).ConfigureAwait(false);
        if (result is not null)
        {
            pipeline.Output(result);
        }
    }

    /// <summary>Asks only about what would really change; without -WhatIf and -Confirm nothing is asked and one round trip does.</summary>
    private async Task<StepResult?> RunAsync(StepContext context, Pipeline pipeline, CancellationToken cancellationToken)
    {
        string target = Step.Target(context.App);
        if (!await pipeline.AskAsync(Confirmation.LooksFirst).ConfigureAwait(false))
        {
            return await pipeline.ShouldProcessAsync(target, Step.Action).ConfigureAwait(false)
                ? await StepRunner.RunAsync(Step, context, plan: false, cancellationToken).ConfigureAwait(false)
                : null;
        }

        StepResult plan = await StepRunner.RunAsync(Step, context, plan: true, cancellationToken).ConfigureAwait(false);
        if (plan.Status != StepStatus.WouldChange)
        {
            return plan;
        }

        foreach (string diff in plan.Diffs)
        {
            // Asked for with -WhatIf or -Confirm, so it is shown like Write-Host's.
            pipeline.Information(new HostInformationMessage { Message = diff }, "PSHOST", "HostingDeploy", "Diff");
        }

        return await pipeline.ShouldProcessAsync(target, string.Join("; ", plan.Changes)).ConfigureAwait(false)
            ? await StepRunner.RunAsync(Step, context, plan: false, cancellationToken).ConfigureAwait(false)
            : plan;
    }
}
