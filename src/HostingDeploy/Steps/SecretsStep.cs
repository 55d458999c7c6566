namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 6: the secrets, into a file only root can read and systemd hands to the service.</summary>
internal sealed class SecretsStep : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Secrets;

    internal override string Cmdlet => "Sync-Secrets";

    internal override string Action => "Write";

    protected override string Script => "secrets";

    internal override string Target(HostingApp app) => $"{ServerPaths.Configuration(app)}/secrets.env on {app.Server}";

    internal override string Heading(HostingApp app) => "🔐 Step 6: Deploying secrets";

    internal override string Done(StepResult result) => result.Status == StepStatus.Unchanged ? "✅ Secrets unchanged" : "✅ Secrets deployed to systemd";

    protected override void Add(RemoteScript script, StepContext context) => script
        .With("SECRETS", context.Secrets.Value.FileText.Reveal());
}
