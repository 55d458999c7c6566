using Xunit;

namespace HostingDeploy.Tests.Configuration;

/// <summary>YAML itself: syntax errors with their place, anchors and merge keys, and what authors of hostile files try.</summary>
public sealed class YamlTests
{
    [Theory]
    [InlineData("servers:\n\tweb1:\n", 2, "tab in the indentation")]
    [InlineData("servers:\n  web1:\n  \tport: 22\n", 3, "tab in the indentation")]
    [InlineData("servers:\n  web1:\n    port: 22\n\tuser: x\n", 4, "tab in the indentation")]
    [InlineData("servers: [\n", 2, "not valid YAML")]
    [InlineData("servers: }\n", 1, "not valid YAML")]
    [InlineData("servers:\n  web1: a: b\n", 2, "not valid YAML")]
    [InlineData("servers:\n  web1: \"open\n", 2, "not valid YAML")]
    [InlineData("servers:\n  web1:\n   port: 1\n  - x\n", 4, "not valid YAML")]
    [InlineData("servers: *nowhere\n", 1, "'nowhere' is not defined above")]
    public void SyntaxErrorHasItsPlace(string yaml, int line, string message)
    {
        var problem = Hosting.ProblemOf(yaml);

        Assert.Equal(line, problem.Line);
        Assert.True(problem.Column >= 1);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryDuplicateKeyIsNamed()
    {
        var problems = Hosting.ProblemsOf(Hosting.App("branch: a\nbranch: b\ndatabase:\n  port: 1\n  port: 2\nbranch: c"));

        Assert.Equal([(9, 5), (12, 7), (13, 5)], problems.Select(p => (p.Line, p.Column)));
        Assert.Contains("'branch' a second time (first on line 8)", problems[0].Message, StringComparison.Ordinal);
        Assert.Equal("apps.cigar.database.port", problems[1].Path);
    }

    [Fact]
    public void MergedSettingsGiveWayToTheAppsOwn()
    {
        var app = Hosting.Read(
            """
            x-base: &base
              branch: production
              keepReleases: 3
              environment: &environment { A: base, B: base }
            x-more: &more
              branch: other
              user: deploy
            servers: { web1: }
            apps:
              cigar:
                keepReleases: 7
                <<: [*base, *more]
                repository: git@a.example:b/c.git
                domain: a.example.org
                environment:
                  <<: *environment
                  A: own
            """).Apps.Single();

        Assert.Equal(("production", 7, "deploy"), (app.Branch, app.KeepReleases, app.User));
        Assert.Equal([("A", "own"), ("B", "base")], app.Environment.Select(e => (e.Key, e.Value)));
    }

    [Fact]
    public void AppMayMergeAnother()
    {
        var file = Hosting.Read(
            """
            servers: { web1: }
            apps:
              cigar: &cigar
                repository: git@a.example:b/c.git
                domain: a.example.org
                branch: production
              tobacco:
                <<: *cigar
                domain: b.example.org
            """);

        Assert.Equal(("b.example.org", "production"), (file.Apps[1].Domain, file.Apps[1].Branch));
    }

    [Fact]
    public void ProblemInMergedSettingsIsNamedWhereItStands()
    {
        var problem = Hosting.ProblemOf(
            """
            x-base: &base
              branch: a b
            servers: { web1: }
            apps:
              cigar:
                <<: *base
                repository: git@a.example:b/c.git
                domain: a.example.org
            """);

        Assert.Equal((2, 11, "apps.cigar.branch"), (problem.Line, problem.Column, problem.Path));
    }

    [Theory]
    [InlineData("<<: main", 8, 9, "after <<")]
    [InlineData("branch: !!int 5", 8, 13, "tag")]
    [InlineData("branch: !ruby/object:Gem x", 8, 13, "tag")]
    [InlineData("? [a]\n: b", 8, 7, "a list as a key")]
    public void OtherYamlIsRefused(string setting, int line, int column, string message)
    {
        var problem = Assert.Single(Hosting.ProblemsOf(Hosting.App(setting)), p => p.Message.Contains(message, StringComparison.Ordinal));

        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void SecondDocumentIsRefused() =>
        Assert.Equal(3, Hosting.ProblemOf("servers:\n  web1:\n---\nservers:\n").Line);

    [Fact]
    public void SettingThatContainsItselfIsRefused() =>
        Assert.Contains("not defined above", Hosting.ProblemOf("servers: &s\n  web1: *s\n").Message, StringComparison.Ordinal);

    [Fact]
    public void DeepNestingIsRefused() =>
        Assert.Contains("nested too deeply", Hosting.ProblemOf("servers: " + new string('[', 20_000)).Message, StringComparison.Ordinal);

    [Fact]
    public void AliasesThatMultiplyCostNothing()
    {
        var yaml = "x-0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"x-{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]\n"));

        Assert.Empty(Hosting.Read(yaml).Apps);
    }
}
