namespace HostingDeploy.Steps;

/// <summary>Where an app's things lie on the server.</summary>
internal static class ServerPaths
{
    internal static string Root(HostingApp app) => $"/var/www/{app.Name}";

    /// <summary>The Linux user that fetches the code and installs its gems: not the one that runs it. No app's name begins so.</summary>
    internal static string BuildUser(HostingApp app) => $"_{app.Name}";

    internal static string Configuration(HostingApp app) => $"/etc/hosting/{app.Name}";

    internal static string State(HostingApp app) => $"/var/lib/hosting/{app.Name}";

    internal static string Public(HostingApp app) =>
        app.SubFolder.Length == 0 ? $"{Root(app)}/current/public" : $"{Root(app)}/current/{app.SubFolder}/public";

    /// <summary>certbot's name for the certificate.</summary>
    internal static string Lineage(HostingApp app) => app.Name;
}
