namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 7: rake db:create in the service's environment.</summary>
internal sealed class CreateDatabaseStep : DeployStep
{
    internal override DeployStepName Name => DeployStepName.CreateDatabase;

    internal override string Cmdlet => "New-AppDatabase";

    internal override bool OnlyWithSetup => true;

    internal override string Action => "rake db:create";

    protected override string Script => "dbcreate";

    internal override string Target(HostingApp app) => $"database {app.Database.Name} on {app.Server}";

    internal override string Heading(HostingApp app) => "🗄️ Step 7: Creating database with rake db:create";

    internal override string Done(StepResult result) =>
        result.Changes.Any(change => !change.StartsWith("close ", StringComparison.Ordinal)) ? "✅ Database created" : "✅ Database already there";

    protected override void Add(RemoteScript script, StepContext context) => RakeParameters.AddTo(script, context);
}
