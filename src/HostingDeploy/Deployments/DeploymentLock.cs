using System.Management.Automation;
using System.Text.Json;

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
    private const string Take = """
        hd_take_lock() {
          mkdir -p "$1" && chmod 700 "$1" || return 1
          exec {HD_LOCK}>>"$1/lock" || return 1
          if flock -n "$HD_LOCK"; then
            printf '%s' "$2" >"$1/lock"
          else
            exec {HD_LOCK}>&-
            fact owner "$(cat "$1/lock")"
            return 2
          fi
        }
        """;

    /// <summary>Takes the lock, or says who has it.</summary>
    internal static async Task<ShellHold> TakeAsync(Deployment deployment, DeploySession session, CancellationToken cancellationToken)
    {
        string state = Quote.Shell(ServerPaths.State(deployment.App));
        string owner = Quote.Shell(JsonSerializer.Serialize(new LockOwner(
            $"{Environment.UserName}@{Environment.MachineName}", deployment.Started.ToUniversalTime(), deployment.Id)));
        ShellHold hold = await session.HoldAsync(
            $"{Take}\nmkdir -p /var/lib/hosting && hd_take_lock {state} {owner}",
            $": >{state}/lock; exec {{HD_LOCK}}>&-", cancellationToken).ConfigureAwait(false);
        return hold.Reply.ExitStatus switch
        {
            0 => hold,
            2 => throw Locked(deployment, hold.Reply.Fact("owner")),
            _ => throw new DeployException(
                "LockNotTaken", ErrorCategory.WriteError, $"The deployment lock of {deployment.App} could not be taken on {session}: {string.Join(' ', hold.Reply.Tail)}",
                deployment.App, "df -h /var/lib/hosting on the server"),
        };
    }

    private static DeployException Locked(Deployment deployment, string? text)
    {
        string who = "someone";
        try
        {
            if (JsonSerializer.Deserialize<LockOwner>(text ?? string.Empty) is { } owner)
            {
                who = $"{owner.Who} since {owner.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss} (deployment {owner.Deployment})";
            }
        }
        catch (JsonException)
        {
            // Taken this very moment, its owner's name not written yet.
        }

        return new DeployException(
            "DeploymentLocked", ErrorCategory.ResourceBusy, $"{deployment.App} is being deployed by {who}.",
            deployment.App, "Wait for it to end; the lock frees itself when its holder is gone.");
    }

    private sealed record LockOwner(string Who, DateTimeOffset Since, string Deployment);
}
