using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace HostingDeploy.Tests.Configuration;

/// <summary>The schema for editors and the example say the same as the reader.</summary>
public sealed class HostingSchemaTests
{
    private static readonly JsonElement s_schema = JsonDocument.Parse(File.ReadAllText(Hosting.ExamplePath("hosting.schema.json"))).RootElement;

    [Theory]
    [InlineData("", "nonsense: x")]
    [InlineData("server", "servers:\n  web1:\n    nonsense: x")]
    [InlineData("app", "servers:\n  web1:\napps:\n  cigar:\n    repository: git@a.example:b/c.git\n    domain: a.example.org\n    nonsense: x")]
    [InlineData("database", null)]
    [InlineData("certificate", null)]
    [InlineData("health", null)]
    [InlineData("hook", "servers:\n  web1:\napps:\n  cigar:\n    repository: git@a.example:b/c.git\n    domain: a.example.org\n    hooks: [{ before: Start, run: x, nonsense: x }]")]
    public void SchemaNamesTheKeysTheReaderKnows(string definition, string? yaml)
    {
        var message = Hosting.ProblemOf(yaml ?? Hosting.App($"{definition}:\n  nonsense: x")).Message;
        var known = Regex.Match(message, @"\(known keys: (.*)\)").Groups[1].Value.Split(", ");

        Assert.Equal(known.Order(StringComparer.Ordinal), Properties(definition).Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SchemaRequiresWhatTheReaderRequires()
    {
        var missing = Hosting.ProblemsOf("servers:\n  web1:\napps:\n  cigar:\n").Select(p => p.Path.Replace("apps.cigar.", "", StringComparison.Ordinal));

        Assert.Equal(
            missing.Order(StringComparer.Ordinal),
            s_schema.GetProperty("definitions").GetProperty("app").GetProperty("required").EnumerateArray().Select(e => e.GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SchemaKnowsTheSteps() => Assert.Equal(
        Enum.GetNames<DeployStepName>(),
        s_schema.GetProperty("definitions").GetProperty("step").GetProperty("enum").EnumerateArray().Select(e => e.GetString()));

    [Fact]
    public void SchemaStatesTheDefaultsOfTheModel()
    {
        var app = Hosting.ReadApp("# defaults");
        var actual = new Dictionary<string, object>
        {
            ["app.branch"] = app.Branch,
            ["app.keepReleases"] = app.KeepReleases,
            ["app.handover"] = "slots",
            ["database.host"] = app.Database.Host,
            ["database.port"] = app.Database.Port,
            ["certificate.issuer"] = "staging",
            ["certificate.stagingServer"] = app.Certificate.StagingServer,
            ["certificate.productionServer"] = app.Certificate.ProductionServer,
            ["health.path"] = app.Health.Path,
            ["health.status"] = app.Health.Status,
            ["health.timeoutSeconds"] = app.Health.TimeoutSeconds,
            ["hook.on"] = "server",
            ["hook.as"] = "app",
        };

        var stated = new[] { "server", "app", "database", "certificate", "health", "hook" }
            .SelectMany(d => Properties(d).Where(p => p.Value.TryGetProperty("default", out _)).Select(p => (d, p)))
            .ToDictionary(x => $"{x.d}.{x.p.Name}", x => x.p.Value.GetProperty("default").ToString());

        Assert.Equal(
            actual.ToDictionary(a => a.Key, a => FormattableString.Invariant($"{a.Value}")).OrderBy(a => a.Key, StringComparer.Ordinal),
            stated.OrderBy(a => a.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void SchemaStatesTheBoundsOfTheReader()
    {
        foreach (var definition in (string[])["app", "database", "health"])
        {
            foreach (var property in Properties(definition).Where(p => p.Value.TryGetProperty("minimum", out _)))
            {
                var (from, to) = (property.Value.GetProperty("minimum").GetInt32(), property.Value.GetProperty("maximum").GetInt32());
                string Setting(int number) => definition == "app"
                    ? $"{property.Name}: {number}"
                    : $"{definition}:\n  {property.Name}: {number}";

                Hosting.ReadApp(Setting(from));
                Hosting.ReadApp(Setting(to));
                Hosting.ProblemOf(Hosting.App(Setting(from - 1)));
                Hosting.ProblemOf(Hosting.App(Setting(to + 1)));
            }
        }
    }

    [Fact]
    public void ExampleIsValid()
    {
        var file = HostingFile.Load(Hosting.ExamplePath("hosting.yml"));

        Assert.Equal("Cigar Management System", file.GetApp("cigar").Title);
        Assert.Equal("cigar_management_system_production", file.GetApp("cigar").Database.Name);
    }

    [Fact]
    public void ExampleIsStillValidWithEveryCommentedSettingTurnedOn()
    {
        var text = File.ReadAllText(Hosting.ExamplePath("hosting.yml"));
        var settings = text[text.IndexOf("servers:", StringComparison.Ordinal)..text.IndexOf("  # Settings that several", StringComparison.Ordinal)];

        var app = Hosting.Read(Regex.Replace(settings, "(?m)^( *)# ", "$1")).GetApp("cigar");

        Assert.Equal(("main", "apps/cigar", "/up"), (app.Branch, app.SubFolder, app.Health.Path));
    }

    [Fact]
    public void ExampleShowsEverySetting()
    {
        var text = File.ReadAllText(Hosting.ExamplePath("hosting.yml"));

        foreach (var definition in (string[])["", "server", "app", "database", "certificate", "health", "hook"])
        {
            Assert.All(Properties(definition), p => Assert.Matches($@"(?m)^[ #]*{p.Name}:", text.Replace("- ", "  ", StringComparison.Ordinal)));
        }
    }

    private static JsonElement.ObjectEnumerator Properties(string definition) =>
        (definition.Length == 0 ? s_schema : s_schema.GetProperty("definitions").GetProperty(definition)).GetProperty("properties").EnumerateObject();
}
