using System.Management.Automation;
using System.Management.Automation.Host;
using System.Net;
using System.Security;
using Renci.SshNet;

namespace HostingDeploy.Commands;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;
using HostingDeploy.Sessions.Identity;

/// <summary>Turns a server of hosting.yml, and what was typed, into a connector.</summary>
internal sealed class SessionOpener
{
    private const int DefaultPort = 22;
    private static readonly string[] s_defaultKeys = ["id_ed25519", "id_ecdsa", "id_rsa"];

    private readonly HostingServer _server;
    private readonly Pipeline _pipeline;

    private SessionOpener(HostingServer server, Pipeline pipeline)
    {
        _server = server;
        _pipeline = pipeline;
    }

    /// <summary>Passphrase of the key file, when given.</summary>
    internal SecureString? Passphrase { get; init; }

    /// <summary>Password for sudo, when given; otherwise it is asked for.</summary>
    internal SecureString? SudoPassword { get; init; }

    /// <summary>Host keys accepted by fingerprint.</summary>
    internal IReadOnlyList<string> PinnedHostKeys { get; init; } = [];

    /// <summary>Take a key not known yet into known_hosts.</summary>
    internal bool AcceptNewHostKey { get; init; }

    internal static SessionConnector For(HostingServer server, Pipeline pipeline) => new SessionOpener(server, pipeline).Connector();

    internal static SessionOpener With(
        HostingServer server, Pipeline pipeline, SecureString? passphrase, SecureString? sudoPassword, IReadOnlyList<string> pinned, bool acceptNew) =>
        new(server, pipeline) { Passphrase = passphrase, SudoPassword = sudoPassword, PinnedHostKeys = pinned, AcceptNewHostKey = acceptNew };

    internal SessionConnector Connector()
    {
        string user = _server.User ?? Environment.UserName;
        var target = new SessionTarget(_server.Name, _server.HostName, _server.Port ?? DefaultPort, user);
        return new SessionConnector
        {
            Target = target,
            Authentication = [new PrivateKeyAuthenticationMethod(user, [.. Keys()])],
            HostKeys = HostKeys(target),
            SudoPassword = AskSudoPassword,
            Library = RemoteLibrary.Functions,
        };
    }

    private HostKeyPolicy HostKeys(SessionTarget target)
    {
        string own = Path.Combine(SshFolder(), "known_hosts");
        string[] files = _server.KnownHostsFile is { } file ? [file] : [own, "/etc/ssh/ssh_known_hosts"];
        return new HostKeyPolicy(KnownHosts.Load(files), HostKeyNames.For(target.HostName, target.Port))
        {
            ServerName = _server.Name,
            Mode = AcceptNewHostKey ? HostKeyMode.AcceptNew : HostKeyMode.Strict,
            PinnedFingerprints = _server.HostKey is { } pinned ? [pinned, .. PinnedHostKeys] : PinnedHostKeys,
            NewEntriesFile = files[0],
        };
    }

    private List<IPrivateKeySource> Keys()
    {
        var loader = new PrivateKeyLoader(AskPassphrase, Passphrase);
        if (_server.IdentityFile is { } file)
        {
            return [loader.Load(file)];
        }

        List<IPrivateKeySource> keys = [.. s_defaultKeys.Select(name => Path.Combine(SshFolder(), name)).Where(File.Exists).Select(path => loader.Load(path))];
        return keys.Count > 0 ? keys : throw new DeployException(
            "NoAuthenticationMethod", ErrorCategory.AuthenticationError, $"There is no key to log in to {_server} with.",
            _server.Name, $"Set identityFile for {_server} in hosting.yml, or make a key: ssh-keygen -t ed25519");
    }

    private SecureString? AskPassphrase(string keyFile) =>
        Ask($"Passphrase of {keyFile}");

    private string? AskSudoPassword() =>
        (SudoPassword ?? Ask($"sudo password of {_server.User} on {_server}")) is { } password ? new NetworkCredential(string.Empty, password).Password : null;

    /// <summary>Asks the person; null where nobody can be asked.</summary>
    private SecureString? Ask(string question) => _pipeline.AskAsync(cmdlet =>
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

    private static string SshFolder() => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
}
