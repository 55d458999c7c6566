using Xunit;

namespace HostingDeploy.Tests.Configuration;

/// <summary>No value of hosting.yml may carry anything into a shell, SQL, a unit or nginx: it is refused where it stands.</summary>
public sealed class HostileValueTests
{
    private static readonly string[] s_hostile =
    [
        "x; touch /tmp/pwned", "$(touch /tmp/pwned)", "`touch /tmp/pwned`", "x && reboot", "x | sh", "a\nb", "a\rb", "a\0b",
        "x'; DROP TABLE users; --", "\"quoted\"", "'quoted'", "-oProxyCommand=touch", "--upload-pack=touch", "x y", " x", "x ",
        "a\tb", "", "x{y}", "%n%i", "a\\b", "$HOME", "x\u001b[2J", "x\u202Ey", "main\n", "../../etc/passwd", "*", "x>y", "x<y", "!x",
    ];

    private static readonly string[] s_appKeys =
    [
        "branch", "repository", "domain", "path", "user", "ruby", "handover", "keepReleases", "server",
    ];

    private static readonly string[] s_nestedKeys =
    [
        "database.user", "database.name", "database.host", "database.port", "certificate.email", "certificate.issuer",
        "certificate.stagingServer", "certificate.productionServer", "health.path", "health.status", "health.timeoutSeconds",
    ];

    private static readonly string[] s_listKeys = ["aliases", "gitHostKeys", "sharedFolders"];

    private static readonly string[] s_serverKeys = ["host", "port", "user", "hostKey", "proxyJump"];

    public static TheoryData<string, string> AppValues() => Cross(s_appKeys);

    public static TheoryData<string, string> NestedValues() => Cross(s_nestedKeys);

    public static TheoryData<string, string> ListValues() => Cross(s_listKeys);

    public static TheoryData<string, string> ServerValues() => Cross(s_serverKeys);

    [Theory]
    [MemberData(nameof(AppValues))]
    public void AppSettingIsRefusedAtItsValue(string key, string value)
    {
        // Required settings are replaced in place, so that none is given twice.
        var yaml = key switch
        {
            "repository" => $"apps:\n  cigar:\n    domain: a.example.org\n    repository: {Hosting.Quote(value)}\nservers:\n  web1:\n",
            "domain" => $"apps:\n  cigar:\n    repository: git@a.example:b/c.git\n    domain: {Hosting.Quote(value)}\nservers:\n  web1:\n",
            _ => Hosting.App($"{key}: {Hosting.Quote(value)}"),
        };
        var line = key is "repository" or "domain" ? 4 : Hosting.SettingLine;

        AssertRefused(yaml, line, "    ".Length + key.Length + ": ".Length + 1, "apps.cigar." + key);
    }

    [Theory]
    [MemberData(nameof(NestedValues))]
    public void NestedSettingIsRefusedAtItsValue(string path, string value)
    {
        var (parent, key) = (path.Split('.')[0], path.Split('.')[1]);
        var yaml = Hosting.App($"{parent}:\n  {key}: {Hosting.Quote(value)}");

        AssertRefused(yaml, Hosting.SettingLine + 1, "      ".Length + key.Length + ": ".Length + 1, "apps.cigar." + path);
    }

    [Theory]
    [MemberData(nameof(ListValues))]
    public void ListItemIsRefusedAtItsPlace(string key, string value)
    {
        var yaml = Hosting.App($"{key}:\n  - {Hosting.Quote(value)}");

        AssertRefused(yaml, Hosting.SettingLine + 1, "      - ".Length + 1, $"apps.cigar.{key}[0]");
    }

    [Theory]
    [MemberData(nameof(ServerValues))]
    public void ServerSettingIsRefusedAtItsValue(string key, string value)
    {
        var yaml = Hosting.Server($"{key}: {Hosting.Quote(value)}");

        AssertRefused(yaml, 3, "    ".Length + key.Length + ": ".Length + 1, "servers.web1." + key);
    }

    [Theory]
    [InlineData("apps")]
    [InlineData("servers")]
    public void NameIsRefusedAtItsPlace(string parent)
    {
        foreach (var value in s_hostile)
        {
            var problems = Hosting.ProblemsOf($"{parent}:\n  {Hosting.Quote(value)}: {{}}\n");

            Assert.Contains(problems, p => p is { Line: 2, Column: 3 } && p.Message.StartsWith("found ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void MessageIsOneLineWithoutControlCharacters()
    {
        foreach (var value in s_hostile)
        {
            var text = Hosting.ProblemOf(Hosting.App($"branch: {Hosting.Quote(value)}")).ToString();

            Assert.DoesNotContain(text, c => char.IsControl(c) || c == '\u202E');
        }
    }

    private static void AssertRefused(string yaml, int line, int column, string path)
    {
        var problem = Hosting.ProblemOf(yaml);

        Assert.Equal((line, column, path), (problem.Line, problem.Column, problem.Path));
        Assert.StartsWith("found ", problem.Message, StringComparison.Ordinal);
        Assert.Contains("expected ", problem.Message, StringComparison.Ordinal);
    }

    private static TheoryData<string, string> Cross(string[] keys)
    {
        var data = new TheoryData<string, string>();
        foreach (var key in keys)
        {
            foreach (var value in s_hostile)
            {
                data.Add(key, value);
            }
        }

        return data;
    }
}
