namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 12: nginx tests its configuration and takes it, without dropping a connection unless asked to restart.</summary>
internal sealed class NginxStep(bool fullRestart = false) : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Nginx;

    internal override string Cmdlet => "Restart-NginxService";

    internal override string Action => fullRestart ? "Restart" : "Reload";

    protected override string Script => "nginx";

    internal override string Target(HostingApp app) => $"nginx on {app.Server}";

    internal override string Heading(HostingApp app) => "♻️ Step 12: Restarting nginx";

    internal override string Done(StepResult result) => result.Status == StepStatus.Unchanged ? "✅ Nginx has it already" : "✅ Nginx restarted";

    protected override void Add(RemoteScript script, StepContext context) => script
        .With("FULL_RESTART", fullRestart ? "1" : null);
}
