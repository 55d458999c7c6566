namespace HostingDeploy.Steps;

using HostingDeploy.Remote;
using HostingDeploy.Templates;

/// <summary>Step 5: the systemd units of the app's slots, holding no secrets, and the settings that are none.</summary>
internal sealed class UnitStep : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Unit;

    internal override string Cmdlet => "Publish-SystemdUnit";

    internal override string Action => "Publish";

    protected override string Script => "unit";

    internal override string Target(HostingApp app) => $"systemd unit puma-{app}@.service on {app.Server}";

    internal override string Heading(HostingApp app) => "⚙️ Step 5: Deploying systemd service file";

    internal override string Done(StepResult result) => result.Status == StepStatus.Unchanged ? "✅ Systemd service file unchanged" : "✅ Systemd service file deployed";

    protected override void Add(RemoteScript script, StepContext context) => script
        .With("APP_ENV", AppEnvironment.Render(context.App))
        .With("UNIT_SERVICE", TemplateLibrary.Render("puma.service.liquid", context.App))
        .With("UNIT_SOCKET", TemplateLibrary.Render("puma.socket.liquid", context.App));
}
