namespace HostingDeploy.Sessions.Identity;

/// <summary>What known_hosts says about a key that a server presented.</summary>
internal enum HostKeyVerdict
{
    /// <summary>The key is known for this host.</summary>
    Trusted,

    /// <summary>A trusted authority certified the key for this host.</summary>
    TrustedByAuthority,

    /// <summary>Nothing is known about this host.</summary>
    Unknown,

    /// <summary>The host is known with another key of the same type.</summary>
    Changed,

    /// <summary>The host is known, but only with keys of other types. OpenSSH calls this changed too: else an attacker only had to present a new type.</summary>
    OtherTypeKnown,

    /// <summary>The key or its authority is marked as revoked.</summary>
    Revoked,

    /// <summary>A trusted authority signed the certificate, but it does not hold for this host now.</summary>
    CertificateRejected,
}

/// <summary>A verdict, the line it rests on and, where there is more to say, why.</summary>
internal sealed record HostKeyFinding(HostKeyVerdict Verdict, KnownHostEntry? Entry = null, string? Reason = null)
{
    public bool IsTrusted => Verdict is HostKeyVerdict.Trusted or HostKeyVerdict.TrustedByAuthority;
}
