namespace HostingDeploy.Sessions.Identity;

/// <summary>What to do about host keys that are not known (<c>StrictHostKeyChecking</c>).</summary>
internal enum StrictHostKeyChecking
{
    Ask,
    Yes,
    AcceptNew,

    /// <summary>OpenSSH accepts even changed keys then; here it means no more than <see cref="AcceptNew"/>.</summary>
    No,
}

/// <summary>One hop of <c>ProxyJump</c>.</summary>
internal sealed record SshJumpHost(string Host, string? User, int? Port);

/// <summary>The settings that ssh_config gives one host: tokens, <c>~</c> and variables are replaced, defaults filled in.</summary>
internal sealed record SshHostSettings
{
    /// <summary>The host as it was named, <c>%n</c>.</summary>
    public required string Host { get; init; }

    /// <summary>The host to connect to, <c>%h</c>.</summary>
    public required string HostName { get; init; }

    public required string User { get; init; }

    public required int Port { get; init; }

    /// <summary>The private keys to try, whether the files exist or not.</summary>
    public IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary>Whether the list above is only where keys usually are, so that a missing file means nothing.</summary>
    public bool IdentityFilesAreDefaults { get; init; }

    public IReadOnlyList<string> CertificateFiles { get; init; } = [];

    /// <summary>Whether the agent may only offer the keys of <see cref="IdentityFiles"/>.</summary>
    public bool IdentitiesOnly { get; init; }

    /// <summary>The agent's socket; null when there is none or it is not to be used.</summary>
    public string? AgentSocket { get; init; }

    public IReadOnlyList<SshJumpHost> ProxyJump { get; init; } = [];

    /// <summary>The command whose input and output are the connection.</summary>
    public string? ProxyCommand { get; init; }

    public IReadOnlyList<string> UserKnownHostsFiles { get; init; } = [];

    public IReadOnlyList<string> GlobalKnownHostsFiles { get; init; } = [];

    public string? HostKeyAlias { get; init; }

    public StrictHostKeyChecking StrictHostKeyChecking { get; init; }

    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>The order of authentication methods.</summary>
    public IReadOnlyList<string> PreferredAuthentications { get; init; } = [];

    public bool PasswordAuthentication { get; init; }

    public bool KbdInteractiveAuthentication { get; init; }

    public bool PubkeyAuthentication { get; init; }

    public bool HashKnownHosts { get; init; }

    /// <summary>What the files say and was not done, with file and line, for verbose output.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
