namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 10: the nginx site, wholly ours: certbot never edits it.</summary>
internal sealed class SiteStep : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Site;

    internal override string Cmdlet => "Publish-NginxSite";

    internal override string Action => "Publish";

    protected override string Script => "site";

    internal override string Target(HostingApp app) => $"nginx site {app} ({app.Domain}) on {app.Server}";

    internal override string Heading(HostingApp app) => "🌐 Step 10: Deploying Nginx configuration";

    internal override string Done(StepResult result) => result.Status == StepStatus.Unchanged ? "✅ Nginx config unchanged" : "✅ Nginx config deployed";

    protected override void Add(RemoteScript script, StepContext context) => SiteText.AddTo(script, context.App);
}
