using System.Text.RegularExpressions;

namespace HostingDeploy.Configuration;

/// <summary>Rules for names that become Linux users, folders, units and PostgreSQL roles.</summary>
internal static partial class NameRules
{
    /// <summary>Accounts that exist for something else; an app must never own or become one of them.</summary>
    private static readonly HashSet<string> s_systemUsers = new(StringComparer.Ordinal)
    {
        "root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data",
        "backup", "list", "irc", "gnats", "nobody", "_apt", "sshd", "messagebus", "postgres", "mysql", "redis", "nginx",
        "git", "sudo", "adm", "wheel", "shadow", "staff", "users", "docker", "syslog", "ntp", "tss", "polkitd", "uuidd",
    };

    /// <summary>Names that are taken in /var/www or among the nginx sites.</summary>
    private static readonly HashSet<string> s_takenApps = new(StringComparer.Ordinal) { "default", "html" };

    private static readonly HashSet<string> s_postgresRoles = new(StringComparer.OrdinalIgnoreCase) { "postgres", "public", "none" };

    private static readonly HashSet<string> s_postgresDatabases =
        new(StringComparer.OrdinalIgnoreCase) { "postgres", "template0", "template1" };

    /// <summary>The name of a server in hosting.yml.</summary>
    public static Outcome<string> Server(string text) => ServerName().IsMatch(text)
        ? text
        : Refusal.Expected(text, "a server name: letters, digits, dots, dashes and underscores, a letter or digit first, at most 63");

    /// <summary>The name of an app: a folder, a unit and, unless told otherwise, a Linux user.</summary>
    public static Outcome<string> App(string text) => AppName().IsMatch(text) && !s_takenApps.Contains(text)
        ? text
        : Refusal.Expected(text, "an app name: lower-case letters, digits and dashes, a letter first, no dash last, at most 31; not default or html");

    /// <summary>The Linux user of an app.</summary>
    public static Outcome<string> SystemUser(string text) => SystemUserName().IsMatch(text)
        ? NotReserved(text)
        : Refusal.Expected(text, "a Linux user name: lower-case letters, digits, dashes and underscores, a letter first, at most 32");

    /// <summary>Whether the name belongs to an account of the system, or is of the form that packages and build users have.</summary>
    public static bool IsSystemUser(string name) =>
        s_systemUsers.Contains(name) || name.StartsWith("systemd-", StringComparison.Ordinal) || name.StartsWith('_');

    /// <summary>The SSH login on a server; root is one of them.</summary>
    public static Outcome<string> Login(string text) => LoginName().IsMatch(text)
        ? text
        : Refusal.Expected(text, "a login name: letters, digits, dots, dashes and underscores, a letter or underscore first, at most 32");

    /// <summary>A PostgreSQL role.</summary>
    public static Outcome<string> PostgresRole(string text) =>
        Postgres(text, "role", s_postgresRoles.Contains(text) || text.StartsWith("pg_", StringComparison.OrdinalIgnoreCase));

    /// <summary>A PostgreSQL database.</summary>
    public static Outcome<string> PostgresDatabase(string text) => Postgres(text, "database", s_postgresDatabases.Contains(text));

    /// <summary>The name of an environment variable that hosting.yml may set.</summary>
    public static Outcome<string> Environment(string text) => !EnvironmentName.IsValid(text)
        ? Refusal.Expected(text, "a variable name: letters, digits and underscores, no digit first")
        : EnvironmentName.IsFixed(text)
            ? new Refusal($"found {text}, which the deployment itself sets so that production is always production")
            : text;

    private static Outcome<string> Postgres(string text, string kind, bool isTaken) => !PostgresName().IsMatch(text)
        ? Refusal.Expected(text, $"a PostgreSQL {kind}: letters, digits, _ $ and -, a letter or underscore first, at most 63")
        : isTaken
            ? Refusal.Expected(text, $"a PostgreSQL {kind} of the app's own; this one belongs to PostgreSQL")
            : text;

    private static Outcome<string> NotReserved(string text) => IsSystemUser(text)
        ? Refusal.Expected(text, "a Linux user of the app's own; this one belongs to the system")
        : text;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z")]
    private static partial Regex ServerName();

    // With an underscore in front it is the name of the user that fetches its code, of which Linux takes 32 characters.
    [GeneratedRegex(@"\A[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?\z")]
    private static partial Regex AppName();

    [GeneratedRegex(@"\A[a-z_][a-z0-9_-]{0,31}\z")]
    private static partial Regex SystemUserName();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9._-]{0,31}\z")]
    private static partial Regex LoginName();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_$-]{0,62}\z")]
    private static partial Regex PostgresName();
}
