using System.Management.Automation;
using System.Management.Automation.Host;
using System.Net;
using System.Security;

namespace HostingDeploy.Commands;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;
using HostingDeploy.Sessions.Identity;

/// <summary>Turns a server of hosting.yml or ssh_config, and what was typed, into a session.</summary>
internal sealed class SessionOpener(HostingServer server, Pipeline pipeline)
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Key files to log in with, before those of hosting.yml and ssh_config.</summary>
    internal IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary>Passphrase of the key files; asked for when needed and not given.</summary>
    internal SecureString? Passphrase { get; init; }

    /// <summary>Password to log in with.</summary>
    internal PSCredential? Credential { get; init; }

    /// <summary>Password for sudo; asked for when needed and not given.</summary>
    internal SecureString? SudoPassword { get; init; }

    /// <summary>Host keys accepted by fingerprint, and no other.</summary>
    internal IReadOnlyList<string> PinnedHostKeys { get; init; } = [];

    /// <summary>Take a key not known yet into known_hosts.</summary>
    internal bool AcceptNewHostKey { get; init; }

    /// <summary>ssh_config to read instead of the usual ones; <c>none</c> reads nothing.</summary>
    internal string? SshConfigFile { get; init; }

    /// <summary>How long connecting may take; null: ssh_config's ConnectTimeout, else 30 s.</summary>
    internal TimeSpan? Timeout { get; init; }

    /// <summary>Connects.</summary>
    internal async Task<DeploySession> OpenAsync(CancellationToken cancellationToken)
    {
        SshHostSettings settings = SshConfig.Resolve(server.HostName, Credential?.UserName ?? server.User, server.Port, SshConfigFile);
        TimeSpan timeout = Timeout ?? settings.ConnectTimeout ?? s_defaultTimeout;
        var deadline = new Deadline(timeout, cancellationToken);
        List<SessionTarget> way = [.. Jumps(settings).Select(hop => JumpTarget(hop, deadline)), Target(settings, deadline)];
        foreach (string note in settings.Notes.Concat(way.SelectMany(t => t.Authentication.Notes)))
        {
            pipeline.Verbose(note);
        }

        SecureString? sudo = SudoPassword;
        using var connector = new SessionConnector
        {
            Way = way,
            Library = RemoteLibrary.Functions,
            Deadline = deadline,
            Timeout = timeout,

            // Asked once a session: its further shells take the same.
            SudoPassword = () => (sudo ??= deadline.Ask(() => Ask($"sudo password of {settings.User} on {server}"))) is { } password
                ? new NetworkCredential(string.Empty, password).Password : null,
        };
        return await connector.ConnectAsync(cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<SshJumpHost> Jumps(SshHostSettings settings)
    {
        if (server.ProxyJump is null)
        {
            return settings.ProxyJump;
        }

        return server.ProxyJump == "none" ? [] : server.ProxyJump.Split(',').Select(text => SshDestination.TryParse(text.Trim())
            ?? throw new DeployException("ProxyJumpInvalid", ErrorCategory.InvalidData, $"proxyJump of {server} names no host: {text}", server.Name, "Write [user@]host[:port]."));
    }

    private SessionTarget JumpTarget(SshJumpHost hop, Deadline deadline)
    {
        SshHostSettings settings = SshConfig.Resolve(hop.Host, hop.User, hop.Port, SshConfigFile);
        if (server.KnownHostsFile is { } file)
        {
            settings = settings with { UserKnownHostsFiles = [file] };
        }

        return new SessionTarget(hop.Host, settings, Plan(settings, KeyFiles(), credential: null, deadline), HostKeyPolicy.For(settings, hop.Host, AcceptNewHostKey, []));
    }

    private SessionTarget Target(SshHostSettings settings, Deadline deadline)
    {
        if (server.KnownHostsFile is { } file)
        {
            settings = settings with { UserKnownHostsFiles = [file] };
        }

        IReadOnlyList<string> pins = server.HostKey is { } pinned ? [pinned, .. PinnedHostKeys] : PinnedHostKeys;
        return new SessionTarget(
            server.Name, settings, Plan(settings, KeyFiles(), Credential, deadline), HostKeyPolicy.For(settings, server.Name, AcceptNewHostKey, pins));
    }

    private IReadOnlyList<string> KeyFiles() => IdentityFiles.Count > 0 ? IdentityFiles : server.IdentityFile is { } file ? [file] : [];

    private AuthenticationPlan Plan(SshHostSettings settings, IReadOnlyList<string> keyFiles, PSCredential? credential, Deadline deadline) =>
        AuthenticationPlan.Create(settings, new AuthenticationOptions
        {
            IdentityFiles = keyFiles,
            Passphrase = Passphrase,
            Credential = credential,
            AskPassphrase = file => deadline.Ask(() => Ask($"Passphrase of {file}")),
            AskPassword = question => deadline.Ask(() => Ask(question)),
        });

    /// <summary>Asks the person; null where nobody can be asked.</summary>
    private SecureString? Ask(string question) => pipeline.AskAsync(cmdlet =>
    {
        try
        {
            cmdlet.Host.UI.Write(question + ": ");
            return cmdlet.Host.UI.ReadLineAsSecureString() is { Length: > 0 } answer ? answer : null;
        }
        catch (Exception e) when (e is PSInvalidOperationException or PSNotImplementedException or HostException or NotImplementedException)
        {
            return null;
        }
    }).GetAwaiter().GetResult();
}
