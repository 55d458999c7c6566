namespace HostingDeploy.Configuration;

/// <summary>Reads the whole of hosting.yml: servers first, then the apps that name them.</summary>
internal sealed class HostingFileReader
{
    private readonly ProblemList _problems;
    private readonly string _path;
    private readonly string _folder;

    private HostingFileReader(string path)
    {
        _path = path;
        _folder = Path.GetDirectoryName(path)!;
        _problems = new ProblemList(path);
    }

    /// <summary>The servers and apps in <paramref name="content"/>, or every problem of it at once.</summary>
    public static HostingFile Read(string path, byte[] content)
    {
        var reader = new HostingFileReader(path);
        var file = reader.Read(content);
        return reader._problems.InOrder() is { Count: > 0 } problems ? throw new HostingFileException(path, problems) : file;
    }

    private HostingFile Read(byte[] content)
    {
        var text = Utf8Text.Decode(_path, content, out var problem) ?? throw new HostingFileException(_path, [problem!]);
        var tree = YamlTree.Read(text, _problems);
        var root = new MapReader(_problems, "", new Position(1, 1), tree);
        var servers = new Dictionary<string, HostingServer>(StringComparer.Ordinal);
        foreach (var (name, map) in Named(root.ReadMap("servers"), NameRules.Server))
        {
            servers[name] = ReadServer(name, map);
        }

        var appReader = new HostingAppReader(servers, _folder);
        var apps = new List<(HostingApp App, MapReader Map)>();
        foreach (var (name, map) in Named(root.ReadMap("apps"), NameRules.App))
        {
            apps.Add((appReader.Read(name, map), map));
        }

        RefuseSharedDomains(apps);
        root.RefuseOtherKeys(key => key.StartsWith("x-", StringComparison.Ordinal));
        return new HostingFile(_path, [.. servers.Values], [.. apps.Select(a => a.App)]);
    }

    /// <summary>The entries of a mapping whose keys are names; an entry with a bad name is still read for its other problems.</summary>
    private IEnumerable<(string Name, MapReader Map)> Named(MapReader parent, Rule<string> rule)
    {
        foreach (var entry in parent.Entries)
        {
            var path = parent.PathOf(entry.Key.Text);
            parent.TryApply(entry.Key, path, rule, out _);
            yield return (entry.Key.Text, new MapReader(_problems, path, entry.Key.At, entry.Value));
        }
    }

    private HostingServer ReadServer(string name, MapReader map)
    {
        var server = new HostingServer
        {
            Name = name,
            HostName = map.Read("host", HostRules.Host)!,
            Port = map.ReadNumber("port", TextRules.Port),
            User = map.Read("user", NameRules.Login),
            IdentityFile = map.Read("identityFile", PathRules.LocalFile(_folder)),
            KnownHostsFile = map.Read("knownHostsFile", PathRules.LocalFile(_folder)),
            HostKey = map.Read("hostKey", HostRules.Fingerprint),
            ProxyJump = map.Read("proxyJump", HostRules.ProxyJump),
        };
        if (!map.Has("host") && !HostRules.IsHost(name))
        {
            map.Refuse("host", $"missing, and the name '{Show.Inline(name)}' is no host name; expected host: with a host name or an IP address");
        }

        map.RefuseOtherKeys();
        return server;
    }

    /// <summary>Two sites of one name on one server: nginx would take the first and ignore the other without an error.</summary>
    private static void RefuseSharedDomains(IEnumerable<(HostingApp App, MapReader Map)> apps)
    {
        var owners = new Dictionary<(string Server, string Domain), HostingApp>();
        foreach (var (app, map) in apps)
        {
            foreach (var domain in app.Aliases.Prepend(app.Domain).Where(d => d.Length > 0))
            {
                if (!owners.TryAdd((app.Server.Name, domain), app))
                {
                    map.Refuse(
                        domain == app.Domain && owners[(app.Server.Name, domain)] != app ? "domain" : "aliases",
                        $"found {domain}, which {owners[(app.Server.Name, domain)]} already has on {app.Server}; expected each domain once a server");
                }
            }
        }
    }
}
