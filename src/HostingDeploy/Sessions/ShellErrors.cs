using System.Management.Automation;

namespace HostingDeploy.Sessions;

/// <summary>The ways in which a login succeeds and leads to no shell.</summary>
internal static class ShellErrors
{
    internal static DeployException NoAnswer(string target, TimeSpan time, Exception e) => new(
        "ShellTimeout", ErrorCategory.OperationTimeout, $"{target} accepted the login but its shell did not answer within {time.TotalSeconds:0} s.",
        target, "Log in with ssh and see what the account's start-up files do, and what sudo asks; bash must be installed.", e);

    internal static DeployException Refused(string target, Exception e) => new(
        "ShellRefused", ErrorCategory.PermissionDenied, $"{target} accepted the login and refuses to open a shell.",
        target, "Allow sessions for this login on the server: MaxSessions in sshd_config, and what stands before the key in authorized_keys.", e);

    /// <summary>A forced command, an account that may not log in or whose password has expired, no bash.</summary>
    internal static DeployException Ended(string target, IEnumerable<string> said, Exception e)
    {
        string words = Printable.Of(string.Join(' ', said));
        return new DeployException(
            "ShellEnded", ErrorCategory.ResourceUnavailable,
            $"{target} accepted the login, and then {e.Message}{(words.Length > 0 ? ": " + words.TrimEnd('.') : string.Empty)}.",
            target, "Log in with ssh and run: bash -c id. The login must lead to a shell, bash must be installed, and no command may be forced on it.", e);
    }
}
