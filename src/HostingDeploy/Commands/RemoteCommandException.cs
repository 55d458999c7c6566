using System.Management.Automation;

namespace HostingDeploy;

/// <summary>A command of the user's own that ended with another exit status than 0.</summary>
public sealed class RemoteCommandException : DeployException
{
    private const int ShownLines = 5;

    internal RemoteCommandException(DeploySession session, int exitStatus, IReadOnlyList<string> output)
        : base("RemoteCommandFailed", ErrorCategory.InvalidResult, Compose(session, exitStatus, output), session, "The output says why.")
    {
        ExitStatus = exitStatus;
        Output = output;
    }

    /// <summary>The exit status.</summary>
    public int ExitStatus { get; }

    /// <summary>The last lines the command printed.</summary>
    public IReadOnlyList<string> Output { get; }

    private static string Compose(DeploySession session, int exitStatus, IReadOnlyList<string> output) =>
        string.Join("\n  ", output.TakeLast(ShownLines).Prepend($"The command on {session} ended with exit status {exitStatus}."));
}
