namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 4: the gems, without development and test.</summary>
internal sealed class BundleStep : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Bundle;

    internal override string Cmdlet => "Install-AppBundle";

    internal override string Action => "Install gems (production)";

    protected override string Script => "bundle";

    internal override string Target(HostingApp app) => $"gems of {app} on {app.Server}";

    internal override string Heading(HostingApp app) => "💎 Step 4: Installing Ruby dependencies (production mode)";

    internal override string Done(StepResult result) => $"✅ Bundle install complete ({result.Facts.GetValueOrDefault("gems", "?")} gems, NO debug gem)";

    protected override void Add(RemoteScript script, StepContext context) => script
        .With("APP_ENV", AppEnvironment.Render(context.App))
        .With("RUBY_PATH", context.App.RubyPath)
        .With("APP_PATH", AppEnvironment.SearchPath(context.App));
}
