namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 16: the service runs and answers, through its socket and through nginx. It only looks.</summary>
internal sealed class VerifyStep : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Verify;

    internal override string Cmdlet => "Test-PumaService";

    internal override string Action => "Verify";

    protected override string Script => "verify";

    internal override string Target(HostingApp app) => $"Puma of {app} on {app.Server}";

    internal override string? Heading(HostingApp app) => null;

    internal override string? Done(StepResult result) => null;

    protected override void Add(RemoteScript script, StepContext context) =>
        HealthParameters.AddTo(script, context.App).With("LINEAGE", ServerPaths.Lineage(context.App));
}
