namespace HostingDeploy;

/// <summary>The PostgreSQL database of an app. Its password is a secret and never stands in hosting.yml.</summary>
public sealed class HostingDatabase
{
    internal const string DefaultHost = "localhost";
    internal const int DefaultPort = 5432;

    /// <summary>The PostgreSQL role (user) that owns the database. Default: the app's name with <c>_production</c>, dashes as underscores.</summary>
    public required string User { get; init; }

    /// <summary>The database. Default: the same as <see cref="User"/>.</summary>
    public string Name { get => field ?? User; init; }

    /// <summary>Where PostgreSQL listens, as the app sees it. Default: localhost.</summary>
    public string Host { get; init; } = DefaultHost;

    /// <summary>TCP port. Default: 5432.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The role a new app gets.</summary>
    internal static string DefaultUser(string appName) => appName.Replace('-', '_') + "_production";

    /// <summary>The database's name.</summary>
    public override string ToString() => Name;
}
