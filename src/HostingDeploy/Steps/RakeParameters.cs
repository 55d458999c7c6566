namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>What the steps that run rake have in common: which steps after them may share it, and the settings they all see.</summary>
internal static class RakeParameters
{
    internal static RemoteScript AddTo(RemoteScript script, StepContext context) => script
        .WithLines("RAKE_NEXT", context.RakeNext.Select(step => step.ToString()))
        .With("APP_ENV", AppEnvironment.Render(context.App));
}
