using System.Diagnostics;
using System.Management.Automation;

namespace HostingDeploy.Deployments;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;
using HostingDeploy.Steps;

/// <summary>
/// One deployment per app at a time. The lock is the kernel's, held by a shell of the session's on the server: whatever ends
/// that shell (the client killed, the link gone, the server restarted) frees it. The file's text only says whose it is.
/// </summary>
internal static class DeploymentLock
{
    /// <summary>How long whoever waits for the lock leaves it be in between.</summary>
    internal static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>How long what was cut off has to say so.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    /// <summary>Takes the lock and opens the deployment's entry in the journal; waits for the lock as long as asked, then says who has it.</summary>
    internal static async Task<ShellLease> TakeAsync(
        StepContext context, LockOwner owner, TimeSpan wait, CancellationToken cancellationToken)
    {
        HostingApp app = context.App;
        // Not by the clock, which somebody may set meanwhile.
        var clock = Stopwatch.StartNew();
        for (int tries = 0; ; tries++)
        {
            ShellLease lease = await TryAsync(context, owner, cancellationToken).ConfigureAwait(false);
            switch (lease.Reply.ExitStatus)
            {
                case 0:
                    return lease;
                case 2 or 3:
                    DeployException locked = lease.Reply.ExitStatus == 2 ? Locked(app, LockOwner.Parse(lease.Reply.Fact("owner"))) : HeldBack(app, lease.Reply.Fact("hold"));
                    if (clock.Elapsed >= wait)
                    {
                        throw locked;
                    }

                    if (tries == 0)
                    {
                        context.OnWaiting?.Invoke($"the lock: {locked.Message}");
                    }

                    await Task.Delay(AskAgain, cancellationToken).ConfigureAwait(false);
                    break;
                case 4:
                    throw new DeployException(
                        "ResumeOvertaken", ErrorCategory.InvalidOperation, $"{app} was deployed by somebody else since deployment {owner.Resumes}, the one to go on with.",
                        app, $"Get-AppDeployment {app} -First 2, and then perhaps Invoke-AppDeployment {app}");
                default:
                    throw new DeployException(
                        "LockNotTaken", ErrorCategory.WriteError, $"The deployment lock of {app} could not be taken on {context.App.Server}: {string.Join(' ', lease.Reply.Tail)}",
                        app, "df -h /var/lib/hosting on the server");
            }
        }
    }

    /// <summary>Does what the lock is for, and stops it when the lock is lost.</summary>
    /// <exception cref="DeployException">LockLost.</exception>
    internal static async Task<T> WhileAsync<T>(ShellLease lease, StepContext context, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<T> working = work(stop.Token);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost);
        if (await Task.WhenAny(working, Task.Delay(Timeout.Infinite, ended.Token)).ConfigureAwait(false) != working)
        {
            // With the whole connection gone, what was being done says so by itself, and better; a hook on this machine does not.
            await Task.WhenAny(working, Task.Delay(s_lastWords, CancellationToken.None)).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
        }

        await ended.CancelAsync().ConfigureAwait(false);
        try
        {
            return await working.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            context.Remote.ThrowIfGone();
            throw Lost(context.App);
        }
    }

    /// <summary>
    /// Lets the deployment that came to its end say so in the journal, and lets the lock go. One that did not has no end there,
    /// whatever it was that ended it.
    /// </summary>
    /// <exception cref="DeployException">LockLost, JournalNotWritten.</exception>
    /// <exception cref="OperationCanceledException">It was given up before that was heard of; it is done all the same.</exception>
    internal static async Task EndAsync(ShellLease lease, HostingApp app, string deployment)
    {
        ShellReply reply;
        try
        {
            reply = await lease.ReleaseAsync(" " + Quote.Shell($$"""{"deployment":"{{deployment}}","end":true}""")).ConfigureAwait(false) ?? throw Lost(app);
        }
        catch (TimeoutException e)
        {
            throw new OperationCanceledException(e.Message, e);
        }

        if (reply.ExitStatus != 0)
        {
            throw new DeployException(
                "JournalNotWritten", ErrorCategory.WriteError, $"All steps of the deployment of {app} are done; that it ended could not be written to the journal: {string.Join(' ', reply.Tail)}",
                app, $"df -h /var/lib/hosting on {app.Server}, then Invoke-AppDeployment {app}: it finds all done");
        }
    }

    /// <summary>The error of a deployment whose lock is gone: another may have begun.</summary>
    private static DeployException Lost(HostingApp app) => new(
        "LockLost", ErrorCategory.ResourceUnavailable, $"The deployment lock of {app} was lost: the shell on {app.Server} that held it has ended. The deployment was stopped, for another one may begin now.",
        app, $"See whether somebody ended it (journalctl, dmesg on {app.Server}), then Invoke-AppDeployment {app} -Resume");

    private static Task<ShellLease> TryAsync(StepContext context, LockOwner owner, CancellationToken cancellationToken)
    {
        string whose = $"{Quote.Shell(ServerPaths.State(context.App))} {Quote.Shell(owner.Deployment)}";
        return context.LeaseAsync($"take_lock {whose} {Quote.Shell(owner.ToJson())} {Quote.Shell(owner.Resumes ?? string.Empty)}", $"drop_lock {whose}", cancellationToken);
    }

    /// <summary>The error of somebody who does not wait for its holder.</summary>
    internal static DeployException Locked(HostingApp app, LockOwner? owner) => new(
        "DeploymentLocked", ErrorCategory.ResourceBusy, $"{app} is being {Describe(owner)}.",
        app, $"Wait for it to end, or Invoke-AppDeployment {app} -WaitForLock 600. The lock frees itself when its holder is gone.");

    private static DeployException HeldBack(HostingApp app, string? reason) => new(
        "DeploymentLocked", ErrorCategory.ResourceBusy, $"Deployments of {app} are locked: {reason}", app, $"Unlock-AppDeployment {app}, when whoever locked it agrees.");

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
