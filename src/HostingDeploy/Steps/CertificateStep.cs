namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 11: the TLS certificate, from the staging authority unless hosting.yml or the person says production.</summary>
internal sealed class CertificateStep(CertificateIssuer? issuer = null) : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Certificate;

    internal override string Cmdlet => "Request-Certificate";

    internal override bool OnlyWithSetup => true;

    internal override string Action => "Request or keep";

    protected override string Script => "certificate";

    internal override string Target(HostingApp app) => $"certificate for {app.Domain} on {app.Server}";

    internal override string Heading(HostingApp app) => "🔒 Step 11: Issuing SSL certificate";

    internal override string Done(StepResult result)
    {
        string from = (issuer ?? result.App.Certificate.Issuer) == CertificateIssuer.Staging ? "staging" : "production";
        return result.Status == StepStatus.Unchanged ? $"✅ SSL certificate valid ({from})" : $"✅ SSL certificate issued ({from})";
    }

    protected override void Add(RemoteScript script, StepContext context)
    {
        HostingCertificate certificate = context.App.Certificate;
        bool staging = (issuer ?? certificate.Issuer) == CertificateIssuer.Staging;
        SiteText.AddTo(script, context.App)
            .WithLines("DOMAINS", [context.App.Domain, .. context.App.Aliases])
            .With("EMAIL", certificate.Email)
            .With("ACME_SERVER", (staging ? certificate.StagingServer : certificate.ProductionServer).ToString());
    }
}
