using System.Management.Automation;
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

    /// <summary>Unknown host keys that the person has looked at and accepted.</summary>
    internal IReadOnlyList<AcceptedHostKey> AcceptedHostKeys { get; init; } = [];

    /// <summary>ssh_config to read instead of the usual ones; <c>none</c> reads nothing.</summary>
    internal string? SshConfigFile { get; init; }

    /// <summary>How long connecting may take; null: ssh_config's ConnectTimeout, else 30 s.</summary>
    internal TimeSpan? Timeout { get; init; }

    /// <summary>Connects.</summary>
    internal async Task<DeploySession> OpenAsync(CancellationToken cancellationToken)
    {
        SshHostSettings settings = Settings(server.HostName, Credential?.UserName ?? server.User, server.Port);
        if (server.ProxyJump is not null)
        {
            settings = settings with { ProxyJump = Jumps(server.ProxyJump), ProxyCommand = null };
        }

        TimeSpan timeout = Timeout ?? settings.ConnectTimeout ?? s_defaultTimeout;
        using var deadline = new Deadline(timeout, cancellationToken);
        IReadOnlyList<SshHostSettings> jumps = JumpRoute.To(settings, hop => Settings(hop.Host, hop.User, hop.Port));
        List<SessionTarget> way = [.. jumps.Select(hop => JumpTarget(hop, deadline)), Target(settings, deadline)];
        foreach (string note in jumps.Append(settings).SelectMany(s => s.Notes).Concat(way.SelectMany(t => t.Authentication.Notes)))
        {
            pipeline.Verbose(note);
        }

        SecureString? sudo = SudoPassword;
        bool connecting = true;
        using var connector = new SessionConnector
        {
            Way = way,
            Library = RemoteLibrary.Functions,
            Deadline = deadline,
            Timeout = timeout,

            // Asked once a session: its further shells take the same. They may be opened when nobody is there to be asked any more.
            SudoPassword = () => (sudo ??= connecting ? deadline.Ask(() => Ask($"sudo password of {settings.User} on {server}")) : null) is { } password
                ? new NetworkCredential(string.Empty, password).Password : null,
        };
        try
        {
            return await connector.ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connecting = false;
        }
    }

    private IReadOnlyList<SshJumpHost> Jumps(string list) =>
        list == "none" ? [] : [.. list.Split(',').Select(text => SshDestination.TryParse(text.Trim())
            ?? throw new DeployException("ProxyJumpInvalid", ErrorCategory.InvalidData, $"proxyJump of {server} names no host: {text}", server.Name, "Write [user@]host[:port]."))];

    private SshHostSettings Settings(string host, string? user, int? port)
    {
        SshHostSettings settings = SshConfig.Resolve(host, user, port, SshConfigFile);
        return server.KnownHostsFile is { } file ? settings with { UserKnownHostsFiles = [file] } : settings;
    }

    private SessionTarget JumpTarget(SshHostSettings settings, Deadline deadline) =>
        new(settings.Host, settings, Plan(settings, credential: null, deadline), HostKeys(settings, settings.Host, pins: []));

    private SessionTarget Target(SshHostSettings settings, Deadline deadline)
    {
        IReadOnlyList<string> pins = server.HostKey is { } pinned ? [pinned, .. PinnedHostKeys] : PinnedHostKeys;
        return new SessionTarget(server.Name, settings, Plan(settings, Credential, deadline), HostKeys(settings, server.Name, pins));
    }

    private HostKeyPolicy HostKeys(SshHostSettings settings, string name, IReadOnlyList<string> pins) => HostKeyPolicy.For(
        settings,
        name,
        server.Name,
        AcceptNewHostKey,
        pins,
        [.. AcceptedHostKeys.Where(k => k.Server == name).Select(k => k.Fingerprint)]);

    private IReadOnlyList<string> KeyFiles() => IdentityFiles.Count > 0 ? IdentityFiles : server.IdentityFile is { } file ? [file] : [];

    private AuthenticationPlan Plan(SshHostSettings settings, PSCredential? credential, Deadline deadline) =>
        AuthenticationPlan.Create(settings, new AuthenticationOptions
        {
            IdentityFiles = KeyFiles(),
            Passphrase = Passphrase,
            Credential = credential,
            AskPassphrase = file => deadline.Ask(() => Ask($"Passphrase of {file}")),
            AskPassword = question => deadline.Ask(() => Ask(question)),
        });

    private SecureString? Ask(string question) => pipeline.AskAsync(cmdlet => Person.AskSecret(cmdlet, question)).GetAwaiter().GetResult();
}
