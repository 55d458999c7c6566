using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Gets the TLS certificate of an app from Let's Encrypt, or keeps the one that is good.</summary>
/// <remarks>certbot certonly --webroot asks for one certificate with the domain and all aliases; the site then gets TLS and nginx loads it. A certificate from the right authority, for the right names, with more than a third of its life left is kept. One from the staging authority is replaced when production is asked for. Renewals reload nginx by themselves.</remarks>
/// <example>
/// <code>Request-Certificate cigar</code>
/// <para>Gets a certificate from the authority in hosting.yml, staging by default: it proves that issuing works without touching the rate limits of production.</para>
/// </example>
/// <example>
/// <code>Request-Certificate cigar -Issuer Production</code>
/// <para>Replaces the staging certificate by one that browsers trust.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Request, "Certificate", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class RequestCertificateCommand : StepCommand
{
    /// <summary>The authority to ask: Staging or Production. Default: certificate.issuer of hosting.yml, which is staging when not set.</summary>
    [Parameter]
    public CertificateIssuer? Issuer { get; set; }

    private protected override DeployStep Step => new CertificateStep(Issuer);
}
