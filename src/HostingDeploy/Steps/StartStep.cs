using System.Globalization;

namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Steps 13 to 15: the release's Puma boots in the free slot, answers, and takes over.</summary>
internal sealed class StartStep : DeployStep
{
    internal override DeployStepName Name => DeployStepName.Start;

    internal override string Cmdlet => "Start-PumaService";

    internal override string Action => "Start, or hand over to the release";

    protected override string Script => "start";

    internal override string Target(HostingApp app) => $"Puma of {app} on {app.Server}";

    internal override string Heading(HostingApp app) => "🚦 Step 13: Enabling and starting puma service";

    internal override string Done(StepResult result) => result.Status == StepStatus.Unchanged ? "✅ Puma service runs this release already" : "✅ Puma service started";

    protected override void Add(RemoteScript script, StepContext context) => HealthParameters.AddTo(script, context.App)
        .With("UNDO", context.UndoFrom)
        .With("HANDOVER", context.App.Handover == HandoverMode.Restart ? "restart" : "slots")
        .With("KEEP_RELEASES", context.App.KeepReleases.ToString(CultureInfo.InvariantCulture));
}
