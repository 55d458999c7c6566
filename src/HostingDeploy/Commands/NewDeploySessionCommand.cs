using System.Management.Automation;
using System.Security;

namespace HostingDeploy.Commands;

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
    /// <summary>The server: its name in the nearest hosting.yml.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Server")]
    [ArgumentCompleter(typeof(ServerNameCompleter))]
    public string Name { get; set; } = string.Empty;

    /// <summary>The hosting.yml to read. Default: the one in the current location or a folder above it, or the file named by the environment variable HOSTING_FILE.</summary>
    [Parameter]
    public string? HostingFile { get; set; }

    /// <summary>Private key file to log in with, instead of identityFile of hosting.yml.</summary>
    [Parameter]
    public string? IdentityFile { get; set; }

    /// <summary>Passphrase of the key file. Without it it is asked for when needed.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>Password for sudo, for a login that is not root. Without it it is asked for when sudo wants one.</summary>
    [Parameter]
    public SecureString? SudoPassword { get; set; }

    /// <summary>Fingerprint the server's host key must have, as ssh-keygen -l prints it: SHA256:…</summary>
    [Parameter]
    public string[] HostKey { get; set; } = [];

    /// <summary>Take a host key that is not known yet into known_hosts. A changed key is refused all the same.</summary>
    [Parameter]
    public SwitchParameter AcceptNewHostKey { get; set; }

    private protected override async Task ProcessAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        HostingServer server = await pipeline.AskAsync(FindServer).ConfigureAwait(false);
        DeploySession session = await SessionOpener.With(server, pipeline, Passphrase, SudoPassword, HostKey, AcceptNewHostKey)
            .Connector().ConnectAsync(cancellationToken).ConfigureAwait(false);
        await pipeline.AskAsync(_ =>
        {
            SessionList.Add(session);
            return true;
        }).ConfigureAwait(false);
        pipeline.Output(session);
    }

    private HostingServer FindServer(PSCmdlet cmdlet)
    {
        HostingServer server = NearestHostingFile.Load(cmdlet.SessionState, HostingFile).GetServer(Name);
        return IdentityFile is null ? server : server with { IdentityFile = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(IdentityFile) };
    }
}
