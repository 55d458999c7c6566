using System.Management.Automation;

namespace HostingDeploy.Steps;

/// <summary>The secrets an app's service is given.</summary>
internal sealed class AppSecrets
{
    private const string PasswordName = "DATABASE_PASSWORD";
    private const string UrlName = "DATABASE_URL";

    private const int ShortestTelling = 6;

    private readonly HostingApp _app;
    private readonly IReadOnlyDictionary<string, Secret> _values;

    private string[]? _telling;

    private AppSecrets(HostingApp app, IReadOnlyDictionary<string, Secret> values)
    {
        _app = app;
        _values = values;
    }

    /// <summary>The text of secrets.env.</summary>
    internal Secret FileText => SystemdEnvironmentFile.Render(_values);

    /// <summary>
    /// What is to be struck out of whatever is shown: the values line by line, as output comes, the longest first since one
    /// may hold another. A shorter one would only black out ordinary words.
    /// </summary>
    internal IReadOnlyList<string> Telling => _telling ??=
        [.. (DatabaseLogin is { } login ? _values.Values.Append(login.Password) : _values.Values).SelectMany(v => v.Reveal().Split('\n')).Where(v => v.Length >= ShortestTelling).Distinct().OrderByDescending(v => v.Length)];

    /// <summary>The password of the PostgreSQL role.</summary>
    internal Secret DatabasePassword => _values.TryGetValue(PasswordName, out Secret? password)
        ? password
        : throw Missing($"{PasswordName} is missing", $"New-PgUser gives it to the role {_app.Database.User}.");

    /// <summary>How the app logs in to its database; null where only Rails can tell from what was given.</summary>
    internal DatabaseLogin? DatabaseLogin => DatabaseLogin.Read(_values[UrlName])
        ?? (_values.TryGetValue(PasswordName, out Secret? password) ? DatabaseLogin.Of(_app.Database, password) : null);

    /// <summary>Reads them, and checks that what every Rails app needs is there.</summary>
    internal static AppSecrets Load(HostingApp app)
    {
        if (app.SecretsFile is null)
        {
            throw new DeployException(
                "SecretsFileMissing", ErrorCategory.ObjectNotFound, $"hosting.yml names no secretsFile for {app}.",
                app, $"Add secretsFile: secrets/{app}.env with SECRET_KEY_BASE and {PasswordName}, a NAME=value line each, readable by you alone.");
        }

        var values = new Dictionary<string, Secret>(SecretsFile.Read(app.SecretsFile));
        var secrets = new AppSecrets(app, values);
        if (!values.ContainsKey("SECRET_KEY_BASE") && !values.ContainsKey("RAILS_MASTER_KEY"))
        {
            throw secrets.Missing("SECRET_KEY_BASE (or RAILS_MASTER_KEY) is missing", "Make one with: ruby -rsecurerandom -e 'puts SecureRandom.hex(64)'");
        }

        if (!values.ContainsKey(UrlName))
        {
            if (!values.TryGetValue(PasswordName, out Secret? password))
            {
                throw secrets.Missing($"{PasswordName} (or {UrlName}) is missing", $"It is the password of the PostgreSQL role {app.Database.User}.");
            }

            DatabaseLogin login = DatabaseLogin.Of(app.Database, password);
            values[UrlName] = DatabaseUrl.Compose(login.User, login.Password, login.Host, login.Port, login.Name);
        }

        return secrets;
    }

    private DeployException Missing(string what, string action) =>
        new("SecretMissing", ErrorCategory.ObjectNotFound, $"{what} in {_app.SecretsFile}.", _app, $"{action} Then Sync-Secrets {_app}");
}
