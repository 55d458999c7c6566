using System.Management.Automation;
using System.Net.Sockets;
using Renci.SshNet.Common;

namespace HostingDeploy.Sessions;

/// <summary>Opens sessions: the way there, the login, the shell.</summary>
internal sealed class SessionConnector : IDisposable
{
    /// <summary>The servers on the way, the session's own last.</summary>
    internal required IReadOnlyList<SessionTarget> Way { get; init; }

    /// <summary>Asked when sudo wants a password.</summary>
    internal Func<string?> SudoPassword { get; init; } = () => null;

    /// <summary>Functions every shell of the session knows.</summary>
    internal required string Library { get; init; }

    /// <summary>How long connecting may take.</summary>
    internal required Deadline Deadline { get; init; }

    /// <summary>How long a single answer may take.</summary>
    internal required TimeSpan Timeout { get; init; }

    private SessionTarget Target => Way[^1];

    /// <summary>Connects and opens the first shell.</summary>
    internal async Task<DeploySession> ConnectAsync(CancellationToken cancellationToken)
    {
        var link = new SshLink();
        DeploySession? session = null;
        SessionTarget now = Way[0];
        try
        {
            foreach (SessionTarget target in Way)
            {
                now = target;
                await link.AddAsync(target, Timeout, Deadline.Token).ConfigureAwait(false);
            }

            session = new DeploySession(Target, link, SudoPassword, Library);
            await session.OpenShellAsync(Deadline.Token).ConfigureAwait(false);
            return session;
        }
        catch (Exception e)
        {
            bool isSilent = link.IsSilent;
            session?.Dispose();
            link.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (e is not DeployException && Deadline.Token.IsCancellationRequested)
            {
                // Whatever it looks like from inside: it is the deadline that has cut the connection.
                throw session is null ? Unreachable(now, $"no answer within {Timeout.TotalSeconds:0} s", e) : ShellChannel.NoAnswer(now.Name, Timeout, e);
            }

            throw Explain(now, e, isSilent);
        }
    }

    public void Dispose()
    {
        foreach (SessionTarget target in Way)
        {
            target.Authentication.Dispose();
        }
    }

    private DeployException Explain(SessionTarget target, Exception e, bool isSilent) => e switch
    {
        DeployException known => known,
        SshConnectionException or SocketException when isSilent && Before(target) is { } jump => new(
            "JumpHostRefused", ErrorCategory.ConnectionError, $"Jump host {jump} lets us in, and cannot connect to {target} ({target.Settings.HostName}:{target.Settings.Port}).",
            target.Name, $"Check that {target} is up, that {jump} can reach it under this address, and that sshd there has AllowTcpForwarding yes.", e),
        _ when target.Authentication.Explain(e, target.Name) is { } refused => refused,
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => Unreachable(target, "its name cannot be resolved", e),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => Unreachable(target, $"nothing listens on port {target.Settings.Port}", e),
        SshOperationTimeoutException => Unreachable(target, $"no answer within {Timeout.TotalSeconds:0} s", e),
        _ => Unreachable(target, Printable.Of(e.Message).TrimEnd('.'), e),
    };

    /// <summary>The jump host that leads to a server; null when nothing is in between.</summary>
    private SessionTarget? Before(SessionTarget target) => Way.TakeWhile(t => t != target).LastOrDefault();

    private static DeployException Unreachable(SessionTarget target, string why, Exception e) => new(
        "HostUnreachable", ErrorCategory.ConnectionError, $"Cannot connect to {target} ({target.Settings.HostName}:{target.Settings.Port}): {why}.",
        target.Name, $"Check host and port of {target} in hosting.yml or ~/.ssh/config, and that the server is up.", e);
}
