using System.Text.RegularExpressions;
using HostingDeploy.Steps;
using HostingDeploy.Templates;

namespace HostingDeploy.Tests.Templates;

/// <summary>Apps for tests of the published texts, and the texts.</summary>
internal static partial class Rendered
{
    /// <summary>Titles that hosting.yml takes and that mean something to systemd, nginx or Liquid.</summary>
    internal static readonly string[] HostileTitles =
    [
        "100%n", "%i %% %", "ends in a backslash\\", "two\\\\", "\"; }", "'; rm -rf /; '", "Größe & <b>🚀</b>", "#comment", "a;b", "$request_uri",
        "{{ app.user }}", "{% raw %}", "[Service]", "ExecStart=/bin/sh", "${HOME}", "ملف",
    ];

    internal static HostingApp App(string name = "shop", string title = "Shop", string folder = "/nonexistent") => new()
    {
        Name = name,
        Title = title,
        User = "deployer",
        Server = new HostingServer { Name = "web1" },
        Repository = $"git@github.com:example/{name}.git",
        Domain = $"{name}.example.org",
        Aliases = [$"www.{name}.example.org", $"{name}.example.net"],
        Environment = new Dictionary<string, string> { ["RAILS_LOG_LEVEL"] = "debug" },
        HostingFolder = folder,
    };

    internal static string Service(HostingApp app) => TemplateLibrary.Render("puma.service.liquid", app);

    internal static string Socket(HostingApp app) => TemplateLibrary.Render("puma.socket.liquid", app);

    internal static string Site(HostingApp app, bool tls) => TemplateLibrary.Render(
        "nginx-site.conf.liquid", app, ("tls", tls), ("lineage", ServerPaths.Lineage(app)), ("public", ServerPaths.Public(app)));

    internal static string[] All(HostingApp app) => [Service(app), Socket(app), Site(app, tls: false), Site(app, tls: true)];

    /// <summary>The values a unit sets, by section and name; comments left out.</summary>
    internal static ILookup<string, string> Settings(string unit)
    {
        string section = string.Empty;
        var settings = new List<(string Name, string Value)>();
        foreach (string line in unit.Split('\n').Where(l => l.Length > 0 && l[0] is not ('#' or ';')))
        {
            if (line[0] == '[')
            {
                section = line.Trim('[', ']');
            }
            else
            {
                int equals = line.IndexOf('=', StringComparison.Ordinal);
                settings.Add(($"{section}.{line[..equals]}", line[(equals + 1)..]));
            }
        }

        return settings.ToLookup(s => s.Name, s => s.Value);
    }

    /// <summary>The names a site defines for all of nginx: upstreams, variables of maps, shared memory zones.</summary>
    internal static string[] SharedNames(string site) => [.. SharedName().Matches(site).Select(m => m.Groups[1].Value).Distinct()];

    [GeneratedRegex(@"(?:^upstream |^map \S+ |shared:)([\w$]+)", RegexOptions.Multiline)]
    private static partial Regex SharedName();
}
