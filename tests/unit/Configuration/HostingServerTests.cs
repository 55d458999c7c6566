using Xunit;

namespace HostingDeploy.Tests.Configuration;

public sealed class HostingServerTests
{
    private const string Apps = "\napps:\n  cigar:\n    repository: git@a.example:b/c.git\n    domain: a.example.org\n";

    [Fact]
    public void NameAloneIsEnough()
    {
        var server = Hosting.Read("servers:\n  web1.example.org:\n").Servers.Single();

        Assert.Equal(("web1.example.org", "web1.example.org"), (server.ToString(), server.HostName));
        Assert.Null(server.Port);
        Assert.Null(server.User);
        Assert.Null(server.IdentityFile);
        Assert.Null(server.KnownHostsFile);
        Assert.Null(server.HostKey);
        Assert.Null(server.ProxyJump);
    }

    [Fact]
    public void EverySettingIsTaken()
    {
        var server = Hosting.ReadServer(
            """
            host: 10.78.0.2
            port: 2222
            user: root
            identityFile: keys/id
            knownHostsFile: /etc/ssh/known
            hostKey: SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=
            proxyJump: ops@bastion:22
            """);

        Assert.Equal(("10.78.0.2", 2222, "root"), (server.HostName, server.Port, server.User));
        Assert.Equal((Path.Combine(Hosting.Folder, "keys/id"), "/etc/ssh/known"), (server.IdentityFile, server.KnownHostsFile));
        Assert.Equal(("SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg", "ops@bastion:22"), (server.HostKey, server.ProxyJump));
    }

    [Fact]
    public void NumberedServerNameIsNoHostUnlessTheHostIsSaid()
    {
        var problem = Hosting.ProblemOf("servers:\n  1.2:\n    port: 22\n");

        Assert.Equal((2, 3, "servers.1.2.host"), (problem.Line, problem.Column, problem.Path));
        Assert.Equal("web.example.org", Hosting.Read("servers:\n  1.2:\n    host: web.example.org\n").Servers.Single().HostName);
    }

    [Fact]
    public void OnlyServerIsTheDefault() => Assert.Equal("web1", Hosting.Read("servers:\n  web1:" + Apps).Apps.Single().Server.Name);

    [Fact]
    public void AppSaysWhichOfSeveralServers()
    {
        var problem = Hosting.ProblemOf("servers:\n  web1:\n  web2:" + Apps);

        Assert.Equal((5, 3, "apps.cigar.server"), (problem.Line, problem.Column, problem.Path));
        Assert.Contains("web1, web2", problem.Message, StringComparison.Ordinal);
        Assert.Equal("web2", Hosting.Read("servers:\n  web1:\n  web2:" + Apps + "    server: web2\n").Apps.Single().Server.Name);
    }

    [Fact]
    public void UnknownServerIsComparedWithTheKnownOnes()
    {
        var problem = Hosting.ProblemOf("servers:\n  web1:\n  db1:" + Apps + "    server: web11\n");

        Assert.Equal((8, 13), (problem.Line, problem.Column));
        Assert.Contains("(web1, db1), did you mean 'web1'?", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FileWithoutServersSaysSo() =>
        Assert.Contains("it has none", Hosting.ProblemOf(Apps).Message, StringComparison.Ordinal);
}
