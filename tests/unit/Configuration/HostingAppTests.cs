using HostingDeploy.Configuration;
using Xunit;

namespace HostingDeploy.Tests.Configuration;

/// <summary>What an app becomes: defaults, normalised values, and the settings that depend on each other.</summary>
public sealed class HostingAppTests
{
    private const string Ed25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    [Fact]
    public void DefaultsAreFilledIn()
    {
        var app = Hosting.ReadApp("# nothing more");

        Assert.Equal("cigar", app.ToString());
        Assert.Equal("cigar", app.Title);
        Assert.Equal("web1", app.Server.Name);
        Assert.Equal("git@github.com:example/cigar.git", app.Repository);
        Assert.Equal("main", app.Branch);
        Assert.Equal("", app.SubFolder);
        Assert.Equal("cigars.example.org", app.Domain);
        Assert.Empty(app.Aliases);
        Assert.Equal("cigar", app.User);
        Assert.Null(app.RubyPath);
        Assert.Null(app.DeployKey);
        Assert.Empty(app.GitHostKeys);
        Assert.Equal(
            ("cigar_production", "cigar_production", "localhost", 5432),
            (app.Database.User, app.Database.Name, app.Database.Host, app.Database.Port));
        Assert.Null(app.SecretsFile);
        Assert.Empty(app.Environment);
        Assert.Null(app.Certificate.Email);
        Assert.Equal(CertificateIssuer.Staging, app.Certificate.Issuer);
        Assert.Equal("https://acme-staging-v02.api.letsencrypt.org/directory", app.Certificate.StagingServer);
        Assert.Equal("https://acme-v02.api.letsencrypt.org/directory", app.Certificate.ProductionServer);
        Assert.Equal(5, app.KeepReleases);
        Assert.Equal(["log", "storage", "tmp"], app.SharedFolders);
        Assert.Equal(("/up", 200, 60), (app.Health.Path, app.Health.Status, app.Health.TimeoutSeconds));
        Assert.Equal(HandoverMode.Slots, app.Handover);
        Assert.Equal(Hosting.Folder, app.HostingFolder);
    }

    [Fact]
    public void ModelBuiltInCodeHasTheSameDefaults()
    {
        var app = new HostingApp
        {
            Name = "cigar-box",
            Server = new HostingServer { Name = "web1" },
            Repository = "git@a.example:b/c.git",
            Domain = "a.example.org",
        };

        Assert.Equal(("cigar-box", "cigar-box", "web1"), (app.Title, app.User, app.Server.HostName));
        Assert.Equal(("cigar_box_production", "cigar_box_production"), (app.Database.User, app.Database.Name));
    }

    [Fact]
    public void EmptySectionsCountAsAbsent()
    {
        var app = Hosting.ReadApp("database:\ncertificate:\nhealth: ~\nenvironment:\naliases:\nsharedFolders:\ngitHostKeys: null");

        Assert.Equal("cigar_production", app.Database.Name);
        Assert.Empty(app.Aliases);
    }

    [Fact]
    public void DatabaseNameFollowsItsUser() =>
        Assert.Equal("cigars", Hosting.ReadApp("database:\n  user: cigars").Database.Name);

    [Fact]
    public void CertificateServerFollowsTheIssuer()
    {
        Assert.Contains("staging", Hosting.ReadApp("certificate: { issuer: staging }").Certificate.Server, StringComparison.Ordinal);
        Assert.DoesNotContain("staging", Hosting.ReadApp("certificate: { issuer: Production }").Certificate.Server, StringComparison.Ordinal);
    }

    [Fact]
    public void TextIsTakenAsItIsWritten()
    {
        var app = Hosting.ReadApp("branch: 1.10\nenvironment:\n  B: no\n  A: 1.0\n  C: \"\"\n  D: $HOME `x` \"y\"\n  E: 0x1F");

        Assert.Equal("1.10", app.Branch);
        Assert.Equal([("B", "no"), ("A", "1.0"), ("C", ""), ("D", "$HOME `x` \"y\""), ("E", "0x1F")], app.Environment.Select(e => (e.Key, e.Value)));
    }

    [Theory]
    [InlineData("branch", "feature/new-nav_2.0", "feature/new-nav_2.0")]
    [InlineData("branch", "dependabot/npm/a+b@1", "dependabot/npm/a+b@1")]
    [InlineData("title", "  Zigarren & Größe 🚬 100% ", "Zigarren & Größe 🚬 100%")]
    [InlineData("path", "apps/cigar/", "apps/cigar")]
    [InlineData("ruby", "/home/cigar/.rbenv/shims/", "/home/cigar/.rbenv/shims")]
    [InlineData("ruby", "/usr/local/rvm/gems/ruby-3.3.1@cigar/bin", "/usr/local/rvm/gems/ruby-3.3.1@cigar/bin")]
    [InlineData("user", "deploy", "deploy")]
    [InlineData("handover", "restart", "Restart")]
    [InlineData("deployKey", "keys/id", "/srv/hosting/keys/id")]
    [InlineData("secretsFile", "../secrets/my app.env", "/srv/secrets/my app.env")]
    [InlineData("secretsFile", "/etc/cigar.env", "/etc/cigar.env")]
    public void ValueIsTaken(string key, string written, string expected)
    {
        var app = Hosting.ReadApp($"{key}: {Hosting.Quote(written)}");
        object? value = key switch
        {
            "branch" => app.Branch,
            "title" => app.Title,
            "path" => app.SubFolder,
            "ruby" => app.RubyPath,
            "user" => app.User,
            "handover" => app.Handover,
            "deployKey" => app.DeployKey,
            _ => app.SecretsFile,
        };

        Assert.Equal(expected, value?.ToString());
    }

    [Fact]
    public void TildeIsTheHomeFolder() => Assert.Equal(
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh", "cigar"),
        Hosting.ReadApp("deployKey: ~/.ssh/cigar").DeployKey);

    [Theory]
    [InlineData("branch", "a..b")]
    [InlineData("branch", "a.lock")]
    [InlineData("branch", "a.lock/b")]
    [InlineData("branch", "a/")]
    [InlineData("branch", "/a")]
    [InlineData("branch", "a//b")]
    [InlineData("branch", ".a")]
    [InlineData("branch", "a/.b")]
    [InlineData("branch", "a.")]
    [InlineData("branch", "a@{1}")]
    [InlineData("branch", "a~1")]
    [InlineData("branch", "a^")]
    [InlineData("branch", "a:b")]
    [InlineData("branch", "HEAD")]
    [InlineData("branch", "@")]
    [InlineData("path", "/abs")]
    [InlineData("path", "a/../b")]
    [InlineData("path", "./a")]
    [InlineData("path", "a//b")]
    [InlineData("path", "a/-b")]
    [InlineData("ruby", "usr/bin")]
    [InlineData("ruby", "/usr/../bin")]
    [InlineData("ruby", "/")]
    [InlineData("user", "root")]
    [InlineData("user", "www-data")]
    [InlineData("user", "postgres")]
    [InlineData("user", "systemd-network")]
    [InlineData("user", "Cigar")]
    [InlineData("user", "a23456789012345678901234567890123")]
    [InlineData("title", "")]
    [InlineData("title", "two\nlines")]
    [InlineData("title", "back\u202Ewards")]
    [InlineData("deployKey", "~other/key")]
    [InlineData("secretsFile", "a\nb")]
    [InlineData("keepReleases", "1")]
    [InlineData("keepReleases", "101")]
    [InlineData("keepReleases", "+5")]
    [InlineData("keepReleases", "5.0")]
    [InlineData("keepReleases", "99999999999999")]
    public void ValueIsRefused(string key, string written)
    {
        var problem = Hosting.ProblemOf(Hosting.App($"{key}: {Hosting.Quote(written)}"));

        Assert.Equal((Hosting.SettingLine, 5 + key.Length + 2, "apps.cigar." + key), (problem.Line, problem.Column, problem.Path));
    }

    [Fact]
    public void TitleOfMoreThanOneHundredCharactersIsRefused()
    {
        Assert.Equal(100, Hosting.ReadApp($"title: {new string('a', 100)}").Title.Length);
        Assert.Contains("1 to 100", Hosting.ProblemOf(Hosting.App($"title: {new string('a', 101)}")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cigar")]
    [InlineData("1cigar")]
    [InlineData("ci_gar")]
    [InlineData("cigar-")]
    [InlineData("default")]
    [InlineData("html")]
    [InlineData("a23456789012345678901234567890123")]
    public void AppNameIsRefused(string name)
    {
        var problem = Hosting.ProblemOf($"servers:\n  web1:\napps:\n  {name}:\n    repository: git@a.example:b/c.git\n    domain: a.example.org\n");

        Assert.Equal((4, 3), (problem.Line, problem.Column));
    }

    [Fact]
    public void AppNamedLikeASystemAccountNeedsAUserOfItsOwn()
    {
        const string Mail = "servers:\n  web1:\napps:\n  mail:\n    repository: git@a.example:b/c.git\n    domain: a.example.org\n";

        var problem = Hosting.ProblemOf(Mail);

        Assert.Equal((4, 3, "apps.mail.user"), (problem.Line, problem.Column, problem.Path));
        Assert.Equal("webmail", Hosting.Read(Mail + "    user: webmail\n").Apps.Single().User);
    }

    [Theory]
    [InlineData("postgres", "user")]
    [InlineData("pg_monitor", "user")]
    [InlineData("template1", "name")]
    public void PostgresNamesOfPostgresItselfAreRefused(string name, string key) =>
        Assert.Contains("belongs to PostgreSQL", Hosting.ProblemOf(Hosting.App($"database: {{ {key}: {name} }}")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("RAILS_ENV", "development", "always production")]
    [InlineData("BUNDLE_WITHOUT", "x", "always production")]
    [InlineData("SMTP_PASSWORD", "hunter2", "secretsFile")]
    [InlineData("SECRET_KEY_BASE", "hunter2", "secretsFile")]
    [InlineData("STRIPE_API_KEY", "hunter2", "secretsFile")]
    [InlineData("RAILS_MASTER_KEY", "hunter2", "secretsFile")]
    [InlineData("slack_token", "hunter2", "secretsFile")]
    [InlineData("DATABASE_URL", "postgresql://localhost/hunter2", "secretsFile")]
    [InlineData("REDIS_URL", "redis://:hunter2@localhost:6379/0", "secretsFile")]
    [InlineData("NOTE", "hunter2\nsecond line", "one line")]
    [InlineData("1ST", "hunter2", "variable name")]
    [InlineData("A B", "hunter2", "variable name")]
    [InlineData("A=B", "hunter2", "variable name")]
    public void EnvironmentIsRefusedWithoutRepeatingTheValue(string name, string value, string reason)
    {
        var problem = Hosting.ProblemOf(Hosting.App($"environment:\n  {Hosting.Quote(name)}: {Hosting.Quote(value)}"));

        Assert.Equal(Hosting.SettingLine + 1, problem.Line);
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void PasswordInHostingYmlIsSentToTheSecretsFile()
    {
        var problem = Hosting.ProblemOf(Hosting.App("database:\n  password: hunter2"));

        Assert.Equal((Hosting.SettingLine + 1, 7), (problem.Line, problem.Column));
        Assert.Contains("secretsFile", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SharedFoldersAddToTheOnesEveryAppHas() => Assert.Equal(
        ["log", "storage", "tmp", "public/uploads"],
        Hosting.ReadApp("sharedFolders: [public/uploads/, log]").SharedFolders);

    [Theory]
    [InlineData("log/app")]
    [InlineData("tmp/cache")]
    public void SharedFolderInsideOrAroundAnotherIsRefused(string folder) =>
        Assert.Contains("shared already", Hosting.ProblemOf(Hosting.App($"sharedFolders: [{folder}]")).Message, StringComparison.Ordinal);

    [Fact]
    public void SharedFolderAroundAnotherIsRefusedAtItsOwnPlace()
    {
        var problem = Hosting.ProblemOf(Hosting.App("sharedFolders:\n  - public/uploads\n  - public"));

        Assert.Equal((Hosting.SettingLine + 2, "apps.cigar.sharedFolders[1]"), (problem.Line, problem.Path));
    }

    [Fact]
    public void GitHostKeyLosesItsComment() => Assert.Equal(
        [$"[git.example.org]:2222,10.0.0.3 ssh-ed25519 {Ed25519}"],
        Hosting.ReadApp($"gitHostKeys:\n  - \"[git.example.org]:2222,10.0.0.3   ssh-ed25519 {Ed25519} root@git\"").GitHostKeys);

    [Theory]
    [InlineData("github.com ssh-rsa " + Ed25519, "complete base64 key of type ssh-rsa")]
    [InlineData("github.com ssh-dss " + Ed25519, "one of the key types")]
    [InlineData("github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GK", "complete base64 key")]
    [InlineData("github.com ssh-ed25519 AAAA", "complete base64 key")]
    [InlineData("github.com ssh-ed25519", "known_hosts line")]
    [InlineData("@cert-authority github.com ssh-ed25519 " + Ed25519, "known_hosts line")]
    public void GitHostKeyIsRefused(string line, string reason) =>
        Assert.Contains(reason, Hosting.ProblemOf(Hosting.App($"gitHostKeys:\n  - \"{line}\"")).Message, StringComparison.Ordinal);

    [Fact]
    public void KeyLineOfAnotherTypeIsKnownByItsOwnBytes() => Assert.True(GitRules.KnownHost($"a ssh-rsa {Ed25519}").IsRefused);
}
