using System.Collections.ObjectModel;

namespace HostingDeploy.Configuration;

/// <summary>Reads one app of hosting.yml.</summary>
internal sealed class HostingAppReader(IReadOnlyDictionary<string, HostingServer> servers, string folder)
{
    private static readonly HostingHealth s_health = new();
    private static readonly HostingCertificate s_certificate = new();

    /// <summary>The app with its defaults; what is wrong goes to the mapping's problems.</summary>
    public HostingApp Read(string name, MapReader map)
    {
        var app = new HostingApp
        {
            Name = name,
            Title = map.Read("title", TextRules.Title)!,
            Server = ReadServer(map),
            Repository = map.Require("repository", RepositoryUrl.ToSsh),
            Branch = map.Read("branch", GitRules.Branch, HostingApp.DefaultBranch),
            SubFolder = map.Read("path", PathRules.SubFolder, ""),
            Domain = map.Require("domain", HostRules.Domain),
            Aliases = map.ReadList("aliases", HostRules.Domain),
            User = ReadUser(name, map),
            RubyPath = map.Read("ruby", PathRules.RemoteFolder),
            DeployKey = map.Read("deployKey", PathRules.LocalFile(folder)),
            GitHostKeys = map.ReadList("gitHostKeys", GitRules.KnownHost),
            Database = ReadDatabase(name, map.ReadMap("database")),
            SecretsFile = map.Read("secretsFile", PathRules.LocalFile(folder)),
            Environment = ReadEnvironment(map.ReadMap("environment")),
            Certificate = ReadCertificate(map.ReadMap("certificate")),
            KeepReleases = map.Read("keepReleases", TextRules.Number(2, 100), HostingApp.DefaultKeepReleases),
            SharedFolders = ReadSharedFolders(map),
            Health = ReadHealth(map.ReadMap("health")),
            Handover = map.Read("handover", TextRules.Choice<HandoverMode>(), HandoverMode.Slots),
            Hooks = HostingHookReader.Read(map),
            HostingFolder = folder,
        };
        map.RefuseOtherKeys();
        return app;
    }

    private HostingServer ReadServer(MapReader map)
    {
        // An app whose server is refused is still read to its end: the file as a whole fails, with all its problems.
        var unknown = new HostingServer { Name = "" };
        var name = map.Read("server", text => servers.ContainsKey(text)
            ? text
            : Refusal.Expected(text, $"a server of this file ({KnownServers()})" + Suggestion.For(text, servers.Keys)));
        if (name is not null)
        {
            return servers[name];
        }

        if (servers.Count == 1)
        {
            return servers.Values.Single();
        }

        if (!map.Has("server"))
        {
            map.Refuse("server", $"missing, expected one of the servers of this file ({KnownServers()})");
        }

        return unknown;
    }

    private string KnownServers() => servers.Count == 0 ? "it has none" : string.Join(", ", servers.Keys);

    private static string ReadUser(string appName, MapReader map)
    {
        var user = map.Read("user", NameRules.SystemUser);
        if (user is null && !map.Has("user") && NameRules.IsSystemUser(appName))
        {
            map.Refuse("user", $"missing, and '{appName}' belongs to the system; expected user: with a Linux user of the app's own");
        }

        return user!;
    }

    private static HostingDatabase ReadDatabase(string appName, MapReader map)
    {
        var database = new HostingDatabase
        {
            User = map.Read("user", NameRules.PostgresRole, HostingDatabase.DefaultUser(appName)),
            Name = map.Read("name", NameRules.PostgresDatabase)!,
            Host = map.Read("host", HostRules.Host, HostingDatabase.DefaultHost),
            Port = map.Read("port", TextRules.Port, HostingDatabase.DefaultPort),
        };
        map.RefuseOtherKeys();
        return database;
    }

    private static ReadOnlyDictionary<string, string> ReadEnvironment(MapReader map)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
        {
            var path = map.PathOf(key.Text);
            if (map.TryApply(key, path, NameRules.Environment, out var name)
                && map.TryApply(value, path, TextRules.EnvironmentValue(name), out var text))
            {
                environment.Add(name, text);
            }
        }

        return environment.AsReadOnly();
    }

    private static HostingCertificate ReadCertificate(MapReader map)
    {
        var certificate = new HostingCertificate
        {
            Email = map.Read("email", HostRules.Email),
            Issuer = map.Read("issuer", TextRules.Choice<CertificateIssuer>(), s_certificate.Issuer),
            StagingServer = map.Read("stagingServer", HostRules.HttpsUrl, s_certificate.StagingServer),
            ProductionServer = map.Read("productionServer", HostRules.HttpsUrl, s_certificate.ProductionServer),
        };
        map.RefuseOtherKeys();
        return certificate;
    }

    private static HostingHealth ReadHealth(MapReader map)
    {
        var health = new HostingHealth
        {
            Path = map.Read("path", PathRules.UrlPath, s_health.Path),
            Status = map.Read("status", TextRules.Number(200, 599), s_health.Status),
            TimeoutSeconds = map.Read("timeoutSeconds", TextRules.Number(1, 3600), s_health.TimeoutSeconds),
        };
        map.RefuseOtherKeys();
        return health;
    }

    /// <summary>A shared folder is a link in the release; one inside another would be a link inside what is shared already.</summary>
    private static List<string> ReadSharedFolders(MapReader map)
    {
        var all = HostingApp.DefaultSharedFolders.ToList();
        map.ReadList("sharedFolders", text =>
        {
            var outcome = PathRules.SubFolder(text);
            if (outcome.IsRefused || all.Contains(outcome.Value!))
            {
                return outcome;
            }

            var folder = outcome.Value!;
            if (all.Find(other => IsInside(folder, other) || IsInside(other, folder)) is { } overlap)
            {
                return Refusal.Expected(folder, $"a folder that neither holds nor lies in {overlap}, which is shared already");
            }

            all.Add(folder);
            return folder;
        });
        return all;
    }

    private static bool IsInside(string inner, string outer) => inner.StartsWith(outer + "/", StringComparison.Ordinal);
}
