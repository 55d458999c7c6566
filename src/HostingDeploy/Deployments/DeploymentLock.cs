using System.Management.Automation;

namespace HostingDeploy.Deployments;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;
using HostingDeploy.Steps;

/// <summary>
/// One deployment per app at a time. The lock is the kernel's, held by the session's own shell on the server: whatever ends
/// that shell (the client killed, the link gone, the server restarted) frees it. The file's text only says whose it is.
/// </summary>
internal static class DeploymentLock
{
    /// <summary>How long whoever waits for the lock leaves it be in between.</summary>
    internal static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>Takes the lock and opens the deployment's entry in the journal; waits for the lock as long as asked, then says who has it.</summary>
    internal static async Task<ShellHold> TakeAsync(
        StepContext context, LockOwner owner, TimeSpan wait, CancellationToken cancellationToken)
    {
        HostingApp app = context.App;
        DateTime until = DateTime.UtcNow + wait;
        while (true)
        {
            ShellHold hold = await TryAsync(context, owner, cancellationToken).ConfigureAwait(false);
            switch (hold.Reply.ExitStatus)
            {
                case 0:
                    return hold;
                case 2 or 3 when DateTime.UtcNow < until:
                    await Task.Delay(AskAgain, cancellationToken).ConfigureAwait(false);
                    break;
                case 2:
                    throw Locked(app, LockOwner.Parse(hold.Reply.Fact("owner")));
                case 3:
                    throw new DeployException(
                        "DeploymentLocked", ErrorCategory.ResourceBusy, $"Deployments of {app} are locked: {hold.Reply.Fact("hold")}",
                        app, $"Unlock-AppDeployment {app}, when whoever locked it agrees.");
                case 4:
                    throw new DeployException(
                        "ResumeOvertaken", ErrorCategory.InvalidOperation, $"{app} was deployed by somebody else since deployment {owner.Resumes}, the one to go on with.",
                        app, $"Get-AppDeployment {app} -First 2, and then perhaps Invoke-AppDeployment {app}");
                default:
                    throw new DeployException(
                        "LockNotTaken", ErrorCategory.WriteError, $"The deployment lock of {app} could not be taken on {context.Session}: {string.Join(' ', hold.Reply.Tail)}",
                        app, "df -h /var/lib/hosting on the server");
            }
        }
    }

    /// <summary>
    /// Lets the deployment that came to its end say so in the journal with the lock's release. One that did not has no end
    /// there, whatever it was that ended it.
    /// </summary>
    internal static void CameToItsEnd(this ShellHold hold, string deployment) =>
        hold.Release += " " + Quote.Shell($$"""{"deployment":"{{deployment}}","end":true}""");

    private static Task<ShellHold> TryAsync(StepContext context, LockOwner owner, CancellationToken cancellationToken)
    {
        string state = Quote.Shell(ServerPaths.State(context.App));
        return context.HoldAsync($"take_lock {state} {Quote.Shell(owner.ToJson())} {Quote.Shell(owner.Resumes ?? string.Empty)}", $"drop_lock {state}", cancellationToken);
    }

    /// <summary>The error of somebody who does not wait for its holder.</summary>
    internal static DeployException Locked(HostingApp app, LockOwner? owner) => new(
        "DeploymentLocked", ErrorCategory.ResourceBusy, $"{app} is being {Describe(owner)}.",
        app, $"Wait for it to end, or Invoke-AppDeployment {app} -WaitForLock 600. The lock frees itself when its holder is gone.");

    /// <summary>Who, from where, since when, what, and how far.</summary>
    private static string Describe(LockOwner? owner)
    {
        if (owner is null)
        {
            return "deployed by someone";
        }

        string doing = owner.Kind switch { "undo" => "rolled back", "remove" => "removed", _ => "deployed" };
        string what = owner.Kind == "deploy" ? $"branch {owner.Branch}, " : string.Empty;
        string step = owner.Step is null ? string.Empty : $", now at {owner.Step}";
        return $"{doing} by {owner.Who} since {owner.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss} ({what}deployment {owner.Deployment}{step})";
    }
}
