using System.Management.Automation;
using System.Text;
using Xunit;

namespace HostingDeploy.Tests.Configuration;

/// <summary>The file as a whole: every problem at once, each with its place.</summary>
public sealed class HostingFileTests
{
    [Fact]
    public void AllProblemsAreCollectedInTheOrderOfTheFile()
    {
        var failure = Assert.Throws<HostingFileException>(() => Hosting.Read(
            """
            servers:
              web1:
                port: 99999
                usr: root
            apps:
              cigar:
                repository: http://github.com/example/cigar
                brnach: main
                database:
                  prot: 5432
                keepReleases: many
              Tobacco:
                domain: tobacco.example.org
            severs:
            """));

        Assert.Equal(
            [
                (3, 11, "servers.web1.port"), (4, 5, "servers.web1.usr"), (6, 3, "apps.cigar.domain"),
                (7, 17, "apps.cigar.repository"), (8, 5, "apps.cigar.brnach"), (10, 7, "apps.cigar.database.prot"),
                (11, 19, "apps.cigar.keepReleases"), (12, 3, "apps.Tobacco"), (12, 3, "apps.Tobacco.repository"), (14, 1, "severs"),
            ],
            failure.Problems.Select(p => (p.Line, p.Column, p.Path)));
        Assert.Equal(("HostingFileInvalid", ErrorCategory.InvalidData), (failure.ErrorId, failure.Category));
        Assert.Equal(Path.Combine(Hosting.Folder, "hosting.yml"), failure.Target);
        var lines = failure.Message.Split(Environment.NewLine);
        Assert.Equal(10, lines.Length);
        Assert.StartsWith("hosting.yml:3:11: servers.web1.port: found '99999', expected a whole number from 1 to 65535", lines[0], StringComparison.Ordinal);
        Assert.Contains("found the unknown key 'usr', did you mean 'user'?", lines[1], StringComparison.Ordinal);
        Assert.Contains("did you mean 'branch'?", lines[4], StringComparison.Ordinal);
        Assert.Contains("did you mean 'port'?", lines[5], StringComparison.Ordinal);
        Assert.Contains("did you mean 'servers'?", lines[9], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keep_releases", "keepReleases")]
    [InlineData("KeepReleases", "keepReleases")]
    [InlineData("git-host-keys", "gitHostKeys")]
    [InlineData("alias", "aliases")]
    [InlineData("repo", "repository")]
    [InlineData("nonsense", null)]
    public void UnknownKeyIsComparedWithTheKnownOnes(string written, string? meant)
    {
        var message = Hosting.ProblemOf(Hosting.App($"{written}: x")).Message;

        Assert.Equal(meant is not null, message.Contains("did you mean", StringComparison.Ordinal));
        Assert.Contains(meant is null ? "known keys: title" : $"'{meant}'?", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("branch: [main]", 8, 13, "found a list, expected a value")]
    [InlineData("branch: { a: b }", 8, 13, "found settings, expected a value")]
    [InlineData("branch:", 8, 12, "found nothing, expected a value")]
    [InlineData("branch: ~", 8, 13, "found nothing, expected a value")]
    [InlineData("aliases: a.example.org", 8, 14, "found a value, expected a list")]
    [InlineData("aliases:\n  - a.example.org\n  - [x]", 10, 9, "found a list, expected a value")]
    [InlineData("database: cigar", 8, 15, "found a value, expected settings")]
    [InlineData("environment: [A]", 8, 18, "found a list, expected settings")]
    [InlineData("environment:\n  A:", 9, 9, "found nothing, expected a value")]
    public void ValueOfAnotherKindIsRefused(string setting, int line, int column, string message)
    {
        var problem = Hosting.ProblemOf(Hosting.App(setting));

        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EachDomainBelongsToOneAppOfAServer()
    {
        var problems = Hosting.ProblemsOf(
            """
            servers:
              web1:
            apps:
              cigar:
                repository: git@a.example:b/c.git
                domain: a.example.org
                aliases: [www.a.example.org, A.example.org]
              tobacco:
                repository: git@a.example:b/d.git
                domain: WWW.a.example.org
            """);

        Assert.Equal([(7, 14, "apps.cigar.aliases"), (10, 13, "apps.tobacco.domain")], problems.Select(p => (p.Line, p.Column, p.Path)));
        Assert.Contains("www.a.example.org, which cigar already has on web1", problems[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SameDomainOnTwoServersIsFine()
    {
        var file = Hosting.Read(
            """
            servers: { web1: , web2: }
            apps:
              a: { server: web1, repository: git@a.example:b/c.git, domain: a.example.org }
              b: { server: web2, repository: git@a.example:b/c.git, domain: a.example.org }
            """);

        Assert.Equal(2, file.Apps.Count);
    }

    [Fact]
    public void UnknownNamesAreComparedWithTheKnownOnes()
    {
        var file = Hosting.Read(Hosting.App("branch: main"));

        Assert.Equal("cigar", file.GetApp("cigar").Name);
        Assert.Equal("web1", file.GetServer("web1").Name);
        var app = Assert.Throws<DeployException>(() => file.GetApp("ciger"));
        Assert.Equal(("UnknownApp", ErrorCategory.ObjectNotFound, "ciger"), (app.ErrorId, app.Category, app.Target));
        Assert.EndsWith("has no app 'ciger', did you mean 'cigar'? Its apps: cigar.", app.Message, StringComparison.Ordinal);
        var server = Assert.Throws<DeployException>(() => file.GetServer("db"));
        Assert.Equal("UnknownServer", server.ErrorId);
        Assert.EndsWith("has no server 'db'. Its servers: web1.", server.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("servers:\napps:\n")]
    public void FileMayBeEmpty(string yaml) => Assert.Empty(Hosting.Read(yaml).Apps);

    [Fact]
    public void ByteOrderMarkAndWindowsLineEndsAreFine()
    {
        byte[] content = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Hosting.App("branch: main").ReplaceLineEndings("\r\n"))];

        Assert.Equal("main", Hosting.Read(content).Apps.Single().Branch);
    }

    [Fact]
    public void BytesThatAreNotUtf8AreRefusedAtTheirPlace()
    {
        byte[] content = [.. Encoding.UTF8.GetBytes("servers:\n  w"), 0xFC, .. Encoding.UTF8.GetBytes("rth:\n")];

        var failure = Assert.Throws<HostingFileException>(() => Hosting.Read(content));

        Assert.Equal((2, 4), (failure.Problems[0].Line, failure.Problems[0].Column));
    }
}
