using System.Management.Automation;

namespace HostingDeploy;

/// <summary>A step that failed on the server: which, where, what it said last, and the line that goes on from there.</summary>
public sealed class StepFailedException : DeployException
{
    private const int ShownLines = 15;

    internal StepFailedException(
        string errorId, string message, DeployStepName step, HostingApp app, IReadOnlyList<string> output, string action)
        : base(errorId, CategoryOf(errorId), Compose(message, step, app, output), $"{app.Server}: {step} of {app}", action)
    {
        Step = step;
        App = app.Name;
        Server = app.Server.Name;
        Output = output;
    }

    /// <summary>The step.</summary>
    public DeployStepName Step { get; }

    /// <summary>The app's name.</summary>
    public string App { get; }

    /// <summary>The server's name.</summary>
    public string Server { get; }

    /// <summary>The last lines the step printed on the server.</summary>
    public IReadOnlyList<string> Output { get; }

    private static string Compose(string message, DeployStepName step, HostingApp app, IReadOnlyList<string> output)
    {
        string head = $"Step {(int)step} ({step}) of {app} failed on {app.Server}: {message}";
        string[] shown = [.. output.Where(line => line.Length > 0).TakeLast(ShownLines)];
        return shown.Length == 0 ? head : $"{head}\nLast lines from {app.Server}:\n  {string.Join("\n  ", shown)}";
    }

    private static ErrorCategory CategoryOf(string errorId) => errorId switch
    {
        "ToolMissing" or "NginxMissing" or "RubyMissing" => ErrorCategory.NotInstalled,
        "GitHostKeyChanged" or "GitHostKeyUnknown" or "UnexpectedAnswer" or "UnsafePath" or "UserPrivileged" => ErrorCategory.SecurityError,
        "FolderTaken" or "UserTaken" => ErrorCategory.ResourceExists,
        "DeployKeyRefused" => ErrorCategory.AuthenticationError,
        "AcmeServerUnreachable" or "GitHostUnreachable" => ErrorCategory.ConnectionError,
        "BranchNotFound" or "DatabaseMissing" or "RepositoryNotFound" or "NoRelease" or "AppNotPrepared" or "NotDeployed" => ErrorCategory.ObjectNotFound,
        "DatabaseNotOwned" or "RolePrivileged" => ErrorCategory.PermissionDenied,
        "CertbotBusy" or "DeploymentLocked" or "UsersLocked" => ErrorCategory.ResourceBusy,
        "FileNotWritten" or "ReleaseNotWritten" => ErrorCategory.WriteError,
        "DiskFull" or "JobKilled" or "OutOfMemory" or "PostgresNotRunning" => ErrorCategory.ResourceUnavailable,
        "NotARailsApp" or "DebugGemInProduction" or "LockfileLacksPlatform" or "UnitRejected" or "NginxSiteRejected" => ErrorCategory.InvalidData,
        _ => ErrorCategory.InvalidResult,
    };
}
