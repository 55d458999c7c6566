using System.Management.Automation;

namespace HostingDeploy.Deployments;

using HostingDeploy.Sessions;

/// <summary>Goes on with the last deployment of the journal where it stopped.</summary>
internal static class DeploymentResume
{
    /// <summary>The app and the order as that deployment had them, from its failed step on; waits for one that still runs as long as the order does.</summary>
    internal static async Task<(HostingApp App, DeploymentOrder Order)> FindAsync(
        HostingApp app, DeploySession session, DeploymentOrder order, CancellationToken cancellationToken)
    {
        DateTime until = DateTime.UtcNow + order.WaitForLock;
        AppState state;
        while ((state = await AppState.ReadAsync(app, session, 1, cancellationToken).ConfigureAwait(false)).Holder is { } holder)
        {
            if (DateTime.UtcNow >= until)
            {
                throw DeploymentLock.Locked(app, holder);
            }

            await Task.Delay(DeploymentLock.AskAgain, cancellationToken).ConfigureAwait(false);
        }

        return Of(state, app, order);
    }

    private static (HostingApp App, DeploymentOrder Order) Of(AppState state, HostingApp app, DeploymentOrder order)
    {
        DeploymentRecord? last = state.Deployments().FirstOrDefault();
        if (last is not { Kind: "deploy", Status: DeploymentOutcome.Failed or DeploymentOutcome.Interrupted })
        {
            throw new DeployException(
                "NothingToResume", ErrorCategory.InvalidOperation,
                last is null ? $"No deployment of {app} is in the journal." : $"The last deployment of {app} ({last.Id}) is not one that failed: {last.Status}.",
                app, $"Invoke-AppDeployment {app}");
        }

        // Cut off in the middle of a step, the journal ends with the one before: that is done.
        DeploymentStage from = last.Steps is [.., var end] ? end.Status == "Failed" ? end.Stage : end.Stage.Next : new(DeployStepName.Directory, HookMoment.Before);
        string? release = last.Release ?? state.Candidate;
        return (
            app with { Branch = last.Branch },
            order with { Setup = last.Setup, Resumes = last.Id, Release = release, Wanted = step => step >= from.Step, From = from });
    }
}
