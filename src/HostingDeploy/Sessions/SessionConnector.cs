using System.Management.Automation;
using System.Net.Sockets;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace HostingDeploy.Sessions;

using HostingDeploy.Sessions.Identity;

/// <summary>Opens sessions: identity of the server, identity of the person, the connection, the shell.</summary>
internal sealed class SessionConnector
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Where to connect and as whom.</summary>
    internal required SessionTarget Target { get; init; }

    /// <summary>How the person proves who they are, in the order tried.</summary>
    internal required IReadOnlyList<AuthenticationMethod> Authentication { get; init; }

    /// <summary>Which host key is the server's.</summary>
    internal required HostKeyPolicy HostKeys { get; init; }

    /// <summary>Asked when sudo wants a password.</summary>
    internal Func<string?> SudoPassword { get; init; } = () => null;

    /// <summary>Functions every shell of the session knows.</summary>
    internal required string Library { get; init; }

    /// <summary>How long connecting may take. Default 30 s.</summary>
    internal TimeSpan Timeout { get; init; } = s_defaultTimeout;

    /// <summary>Connects and opens the first shell.</summary>
    internal async Task<DeploySession> ConnectAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        SshRelay? relay = null;
        DeploySession? session = null;
        try
        {
            relay = await SshRelay.ConnectAsync(Target.HostName, Target.Port, deadline.Token).ConfigureAwait(false);
            SshClient client = await LogInAsync(relay, deadline.Token).ConfigureAwait(false);
            session = new DeploySession(Target, client, relay, SudoPassword, Library);
            await session.OpenShellAsync(deadline.Token).ConfigureAwait(false);
            return session;
        }
        catch (Exception e)
        {
            session?.Dispose();
            relay?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(e);
        }
    }

    private async Task<SshClient> LogInAsync(SshRelay relay, CancellationToken cancellationToken)
    {
        var info = new ConnectionInfo("127.0.0.1", relay.Port, Target.User, [.. Authentication]) { Timeout = Timeout, MaxSessions = 10 };
        var client = new SshClient(info);
        HostKeys.Attach(client);

        // Key exchange and authentication block a thread whatever the token says; cutting the socket frees it.
        using CancellationTokenRegistration cut = cancellationToken.Register(relay.Dispose);
        await Task.Run(client.Connect, CancellationToken.None).ConfigureAwait(false);
        return client;
    }

    private DeployException Explain(Exception e) => e switch
    {
        DeployException known => known,
        SshAuthenticationException => new DeployException(
            "AuthenticationFailed", ErrorCategory.AuthenticationError, $"{Target} does not let {Target.User} in: {e.Message}",
            Target.Name, $"Check user and identityFile of {Target} in hosting.yml, and that the public key is in ~{Target.User}/.ssh/authorized_keys there.", e),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => Unreachable("its name cannot be resolved", e),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => Unreachable($"nothing listens on port {Target.Port}", e),
        OperationCanceledException or SshOperationTimeoutException => Unreachable($"no answer within {Timeout.TotalSeconds:0} s", e),
        _ => Unreachable(e.Message.TrimEnd('.'), e),
    };

    private DeployException Unreachable(string why, Exception e) => new(
        "HostUnreachable", ErrorCategory.ConnectionError, $"Cannot connect to {Target} ({Target.HostName}:{Target.Port}): {why}.",
        Target.Name, $"Check host and port of {Target} in hosting.yml, and that the server is up.", e);
}
