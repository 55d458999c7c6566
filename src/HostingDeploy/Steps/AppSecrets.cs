using System.Management.Automation;

namespace HostingDeploy.Steps;

/// <summary>The secrets an app's service is given.</summary>
internal sealed class AppSecrets
{
    private const string PasswordName = "DATABASE_PASSWORD";
    private const string UrlName = "DATABASE_URL";

    private readonly HostingApp _app;
    private readonly IReadOnlyDictionary<string, Secret> _values;

    private AppSecrets(HostingApp app, IReadOnlyDictionary<string, Secret> values)
    {
        _app = app;
        _values = values;
    }

    /// <summary>The text of secrets.env.</summary>
    internal Secret FileText => SystemdEnvironmentFile.Render(_values);

    /// <summary>The password of the PostgreSQL role.</summary>
    internal Secret DatabasePassword => _values.TryGetValue(PasswordName, out Secret? password)
        ? password
        : throw Missing($"{PasswordName} is missing", $"New-PgUser gives it to the role {_app.Database.User}.");

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

            values[UrlName] = Address(app, password);
        }

        return secrets;
    }

    /// <summary>Strikes out what of them this machine knows: whoever has no secrets, or a file with a mistake in it, may look all the same.</summary>
    internal static Redactor RedactorOf(HostingApp app)
    {
        IReadOnlyDictionary<string, Secret> values = app.SecretsFile is null ? new Dictionary<string, Secret>() : SecretsFile.ReadWhatThereIs(app.SecretsFile);
        return new Redactor(values.TryGetValue(PasswordName, out Secret? password) ? values.Values.Append(Address(app, password)) : values.Values);
    }

    /// <summary>How the app logs in to its database; null where this machine does not know it, or only Rails can tell from what was given.</summary>
    internal static DatabaseLogin? LoginOf(HostingApp app)
    {
        IReadOnlyDictionary<string, Secret> values = app.SecretsFile is null ? new Dictionary<string, Secret>() : SecretsFile.ReadWhatThereIs(app.SecretsFile);
        return (values.TryGetValue(UrlName, out Secret? url) ? DatabaseLogin.Read(url) : null)
            ?? (values.TryGetValue(PasswordName, out Secret? password) ? DatabaseLogin.Of(app.Database, password) : null);
    }

    private static Secret Address(HostingApp app, Secret password) =>
        DatabaseUrl.Compose(app.Database.User, password, app.Database.Host, app.Database.Port, app.Database.Name);

    private DeployException Missing(string what, string action) =>
        new("SecretMissing", ErrorCategory.ObjectNotFound, $"{what} in {_app.SecretsFile}.", _app, $"{action} Then Sync-Secrets {_app}");
}
