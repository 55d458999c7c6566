using System.Management.Automation;
using System.Security;

namespace HostingDeploy.Commands;

using HostingDeploy.Sessions.Identity;

/// <summary>Opens the SSH session that every other cmdlet shares.</summary>
/// <remarks>One connection, logged in once, with one long-lived privileged shell: a step costs one round trip. The server's host key is checked against known_hosts (or the fingerprint pinned in hosting.yml) and refused when it is unknown or has changed; no switch turns that off. A login that is not root becomes root through sudo. Close it with Remove-DeploySession.</remarks>
/// <example>
/// <code>$s = New-DeploySession web1</code>
/// <para>Connects to the server web1 of the nearest hosting.yml. The step cmdlets find the open session by themselves.</para>
/// </example>
/// <example>
/// <code>New-DeploySession web1 -HostKey SHA256:uNiVztksCsDhcc0u9e8BrYg5PQhiXwXnZ9Vx1L9Jq3Y</code>
/// <para>Connects only to the server with this host key, whatever known_hosts says.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "DeploySession")]
[OutputType(typeof(DeploySession))]
public sealed class NewDeploySessionCommand : DeployCommand
{
    /// <summary>The server: its name in the nearest hosting.yml, or a host as ssh knows it (a Host of ssh_config, a name or an address, user@host, ssh://user@host:port).</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Server")]
    [ArgumentCompleter(typeof(ServerNameCompleter))]
    public string Name { get; set; } = string.Empty;

    /// <summary>The hosting.yml to read. Default: the one in the current location or a folder above it, or the file named by the environment variable HOSTING_FILE.</summary>
    [Parameter]
    public string? HostingFile { get; set; }

    /// <summary>The login user, instead of user of hosting.yml or ssh_config.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>The TCP port, instead of port of hosting.yml or ssh_config.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>Private key files to log in with, instead of identityFile of hosting.yml.</summary>
    [Parameter]
    public string[] IdentityFile { get; set; } = [];

    /// <summary>Passphrase of the key files. Without it it is asked for when needed.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>User and password to log in with where keys are not accepted (password and keyboard-interactive).</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Password for sudo, for a login that is not root. Without it it is asked for when sudo wants one.</summary>
    [Parameter]
    public SecureString? SudoPassword { get; set; }

    /// <summary>Fingerprint the server's host key must have, as ssh-keygen -l prints it: SHA256:…</summary>
    [Parameter]
    [ValidatePattern("^SHA256:[A-Za-z0-9+/]{43}=?$")]
    public string[] HostKey { get; set; } = [];

    /// <summary>Take a host key that is not known yet into known_hosts. A changed key is refused all the same.</summary>
    [Parameter]
    public SwitchParameter AcceptNewHostKey { get; set; }

    /// <summary>The ssh_config to read instead of ~/.ssh/config and /etc/ssh/ssh_config; the word none reads no file.</summary>
    [Parameter]
    public string? SshConfigFile { get; set; }

    /// <summary>Seconds connecting may take, the time a person takes to answer not counted. Default: ConnectTimeout of ssh_config, else 30.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int? TimeoutSeconds { get; set; }

    private protected override async Task ProcessAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        DeploySession session = await ConnectAsync(pipeline, cancellationToken).ConfigureAwait(false);
        try
        {
            await pipeline.AskAsync(_ =>
            {
                SessionList.Add(session);
                return true;
            }).ConfigureAwait(false);
        }
        catch
        {
            // Given up at the last moment: nobody would ever hear of it.
            session.Dispose();
            throw;
        }

        pipeline.Output(session);
    }

    /// <summary>
    /// Connects, and asks about each unknown host key on the way. What was accepted is that key of that server: the next
    /// connection takes no other, and no other server's.
    /// </summary>
    private async Task<DeploySession> ConnectAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        for (var accepted = new List<AcceptedHostKey>(); ;)
        {
            try
            {
                SessionOpener opener = await pipeline.AskAsync(cmdlet => Opener(cmdlet, pipeline, [.. accepted])).ConfigureAwait(false);
                return await opener.OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (HostKeyUnknownException e) when (e.MayAsk)
            {
                var key = new AcceptedHostKey(e.Server, e.Fingerprint);
                if (accepted.Contains(key) || !await pipeline.AskAsync(cmdlet => Accepts(cmdlet, e)).ConfigureAwait(false))
                {
                    throw;
                }

                accepted.Add(key);
            }
        }
    }

    private static bool Accepts(PSCmdlet cmdlet, HostKeyUnknownException unknown) =>
        Person.TakesRisk(cmdlet, $"{unknown.Message} Take it into known_hosts and go on?", "Unknown host key");

    private SessionOpener Opener(PSCmdlet cmdlet, Pipeline pipeline, IReadOnlyList<AcceptedHostKey> accepted)
    {
        PathIntrinsics path = cmdlet.SessionState.Path;
        HostingServer server = FindServer(cmdlet);
        server = server with { User = User ?? server.User, Port = Port ?? server.Port };
        return new SessionOpener(server, pipeline)
        {
            IdentityFiles = [.. IdentityFile.Select(path.GetUnresolvedProviderPathFromPSPath)],
            Passphrase = Passphrase,
            Credential = Credential,
            SudoPassword = SudoPassword,
            PinnedHostKeys = HostKey,
            AcceptNewHostKey = AcceptNewHostKey,
            AcceptedHostKeys = accepted,
            SshConfigFile = SshConfigFile is null or "none" ? SshConfigFile : path.GetUnresolvedProviderPathFromPSPath(SshConfigFile),
            Timeout = TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    /// <summary>The server of hosting.yml; a name it does not have, or no hosting.yml at all, is a host as ssh knows it.</summary>
    private HostingServer FindServer(PSCmdlet cmdlet)
    {
        try
        {
            return NearestHostingFile.Load(cmdlet.SessionState, HostingFile).GetServer(Name);
        }
        catch (DeployException e) when (HostingFile is null && e.ErrorId is "HostingFileNotFound" or "UnknownServer")
        {
            cmdlet.WriteVerbose(e.Message);
            return SshDestination.TryParse(Name) is { } host
                ? new HostingServer { Name = Name, HostName = host.Host, User = host.User, Port = host.Port }
                : new HostingServer { Name = Name };
        }
    }
}
