namespace HostingDeploy;

/// <summary>How an app gets its TLS certificate.</summary>
public sealed class HostingCertificate
{
    /// <summary>Where the issuer writes to before a certificate expires; null registers without an address.</summary>
    public string? Email { get; init; }

    /// <summary>Which server issues the certificate. Default: staging.</summary>
    public CertificateIssuer Issuer { get; init; } = CertificateIssuer.Staging;

    /// <summary>ACME directory of the rehearsal server. Default: Let's Encrypt staging.</summary>
    public string StagingServer { get; init; } = "https://acme-staging-v02.api.letsencrypt.org/directory";

    /// <summary>ACME directory of the real server. Default: Let's Encrypt.</summary>
    public string ProductionServer { get; init; } = "https://acme-v02.api.letsencrypt.org/directory";

    /// <summary>The ACME directory of <see cref="Issuer"/>.</summary>
    public string Server => Issuer == CertificateIssuer.Production ? ProductionServer : StagingServer;
}
