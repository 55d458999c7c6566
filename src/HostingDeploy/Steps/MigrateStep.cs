namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 8: rake db:migrate in the service's environment.</summary>
internal sealed class MigrateStep : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Migrate;

    internal override string Cmdlet => "Update-AppDatabase";

    internal override string Action => "rake db:migrate";

    protected override string Script => "migrate";

    internal override string Target(HostingApp app) => $"database {app.Database.Name} on {app.Server}";

    internal override string Heading(HostingApp app) => "🔄 Step 8: Running database migrations";

    internal override string Done(StepResult result) =>
        result.Changes.Any(change => !change.StartsWith("close ", StringComparison.Ordinal)) ? "✅ Migrations complete" : "✅ No migrations pending";

    protected override void Add(RemoteScript script, StepContext context) =>
        LoginParameters.AddTo(RakeParameters.AddTo(script, context), AppSecrets.LoginOf(context.App));
}
