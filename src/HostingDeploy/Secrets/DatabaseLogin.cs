using System.Globalization;
using System.Text.RegularExpressions;

namespace HostingDeploy;

/// <summary>How an app logs in to its database.</summary>
internal sealed partial record DatabaseLogin(string User, Secret Password, string Host, int Port, string Name)
{
    /// <summary>As hosting.yml describes it.</summary>
    internal static DatabaseLogin Of(HostingDatabase database, Secret password) =>
        new(database.User, password, database.Host, database.Port, database.Name);

    /// <summary>
    /// What a DATABASE_URL says; null for one with more to it than a host, a role with its password and a database, since what
    /// its settings ask of a connection (sslmode above all) is not for others to guess.
    /// </summary>
    internal static DatabaseLogin? Read(Secret url)
    {
        Match match = Url().Match(url.Reveal());
        if (!match.Success)
        {
            return null;
        }

        string Part(string name) => Uri.UnescapeDataString(match.Groups[name].Value);
        string port = match.Groups["port"].Value;
        return new DatabaseLogin(
            Part("user"), new Secret(Part("password")), match.Groups["host"].Value,
            port.Length == 0 ? HostingDatabase.DefaultPort : int.Parse(port, CultureInfo.InvariantCulture), Part("name"));
    }

    // Percent-encoded as RFC 3986 has it; %00 is in no name and no password.
    [GeneratedRegex(
        @"\Apostgres(?:ql)?://(?<user>(?:[^%:/?#@\[\]\s]|%(?!00)[0-9A-Fa-f]{2})+):(?<password>(?:[^%:/?#@\[\]\s]|%(?!00)[0-9A-Fa-f]{2}|:)+)@"
        + @"(?:(?<host>[A-Za-z0-9._-]+)|\[(?<host>[0-9A-Fa-f:.]+)\])(?::(?<port>[0-9]{1,5}))?/(?<name>(?:[^%:/?#@\[\]\s]|%(?!00)[0-9A-Fa-f]{2})+)\z")]
    private static partial Regex Url();
}
