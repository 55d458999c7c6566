namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 9: rake assets:precompile in the service's environment.</summary>
internal sealed class AssetsStep : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Assets;

    internal override string Cmdlet => "Build-AppAsset";

    internal override string Action => "rake assets:precompile";

    protected override string Script => "assets";

    internal override string Target(HostingApp app) => $"assets of {app} on {app.Server}";

    internal override string Heading(HostingApp app) => "🎨 Step 9: Precompiling assets";

    internal override string Done(StepResult result) => result.Status switch
    {
        StepStatus.Skipped => "✅ No assets to compile (no asset pipeline)",
        StepStatus.Unchanged => "✅ Assets unchanged",
        _ => "✅ Assets compiled",
    };

    protected override void Add(RemoteScript script, StepContext context) => RakeParameters.AddTo(script, context);
}
