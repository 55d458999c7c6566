using System.Management.Automation;

namespace HostingDeploy.Sessions.Identity;

/// <summary>The ways in which an SSH agent is of no help.</summary>
internal static class AgentErrors
{
    public static DeployException Unavailable(string socket, string reason, Exception? cause = null) => new(
        "AgentUnavailable",
        ErrorCategory.ResourceUnavailable,
        $"The SSH agent at '{socket}' cannot be used: {reason.TrimEnd('.')}.",
        socket,
        "Start an agent and add your key (eval $(ssh-agent); ssh-add), or name a private key file.",
        cause);

    public static DeployException Refused(string socket, string reason) => new(
        "AgentRefused",
        ErrorCategory.SecurityError,
        $"The SSH agent at '{socket}' refused: {reason}.",
        socket,
        "See what the agent holds with: ssh-add -l. Unlock it (ssh-add -X), or confirm when it asks.");
}
