using System.Globalization;

namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>What a healthy app answers.</summary>
internal static class HealthParameters
{
    internal static RemoteScript AddTo(RemoteScript script, HostingApp app) => script
        .With("HEALTH_PATH", app.Health.Path)
        .With("HEALTH_STATUS", app.Health.Status.ToString(CultureInfo.InvariantCulture))
        .With("HEALTH_TIMEOUT", app.Health.TimeoutSeconds.ToString(CultureInfo.InvariantCulture));
}
