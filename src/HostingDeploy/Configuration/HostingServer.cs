namespace HostingDeploy;

/// <summary>A server of hosting.yml: how to reach it over SSH.</summary>
public sealed record HostingServer
{
    /// <summary>Its name in hosting.yml.</summary>
    public required string Name { get; init; }

    /// <summary>Host name, address or Host entry of ssh_config. Default: <see cref="Name"/>.</summary>
    public string HostName { get => field ?? Name; init; }

    /// <summary>SSH port; null leaves it to ssh_config, then 22.</summary>
    public int? Port { get; init; }

    /// <summary>The SSH login; null leaves it to ssh_config, then the local user.</summary>
    public string? User { get; init; }

    /// <summary>Private key file, absolute; null leaves it to ssh_config and the agent.</summary>
    public string? IdentityFile { get; init; }

    /// <summary>known_hosts file, absolute; null leaves it to ssh_config, then ~/.ssh/known_hosts.</summary>
    public string? KnownHostsFile { get; init; }

    /// <summary>The pinned host key, <c>SHA256:…</c> without padding as ssh-keygen prints it; null relies on known_hosts.</summary>
    public string? HostKey { get; init; }

    /// <summary>Jump hosts as in ssh_config, <c>[user@]host[:port]</c> separated by commas; null connects directly.</summary>
    public string? ProxyJump { get; init; }

    /// <summary>The server's name.</summary>
    public override string ToString() => Name;
}
