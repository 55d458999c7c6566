namespace HostingDeploy;

/// <summary>Which of the two ACME servers issues the certificate that visitors see.</summary>
public enum CertificateIssuer
{
    /// <summary>The rehearsal server: browsers do not trust its certificates, and its limits are generous.</summary>
    Staging,

    /// <summary>The real one: trusted certificates, few of them a week.</summary>
    Production,
}
