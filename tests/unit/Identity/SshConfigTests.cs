using System.Net;
using System.Net.Sockets;
using HostingDeploy.Sessions.Identity;
using Xunit;

namespace HostingDeploy.Tests.Identity;

public sealed class SshConfigTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Configurations that are read exactly as the real ssh reads them.</summary>
    public static TheoryData<string, string> Configurations => new()
    {
        { "", "web1" },
        { "# only a comment\n\n   \t\n", "web1" },
        { "Host web1\n  HostName web1.example.com\n  User deploy\n  Port 2222", "web1" },
        { "Host web1\n  HostName web1.example.com\nHost *\n  User deploy\n  HostName other", "web1" },
        { "Host web1\n  HostName web1.example.com", "web2" },
        { "host=web1\nhostname = Web1.Example.COM\nPORT=2222", "web1" },
        { "Host web?\nUser a\nHost web*\nUser b", "web10" },
        { "Host *.example.com !db.example.com\nUser web", "db.example.com" },
        { "Host !db.example.com *.example.com\nUser web", "app.example.com" },
        { "Host !web2\nUser nobody", "web1" },
        { "Host WEB1\nUser upper", "web1" },
        { "Host web1\nUser lower", "WEB1" },
        { "Host \"web1\" web2\nUser \"deploy user\" # who\nIdentityFile \"~/my keys/id\"", "web1" },
        { "User 'single'\nIdentityFile ~/with\\ space", "web1" },
        { "User a#b", "web1" },
        { "HostName %h.example.com", "web1" },
        { "HostName 100%%.example.com", "web1" },
        { "Host a\n HostName b\nHost b\n User reached", "a" },
        { "IdentityFile ~/.ssh/a\nIdentityFile /etc/b\nIdentityFile ~/.ssh/a\nHost web1\nIdentityFile ~/.ssh/c", "web1" },
        { "IdentityFile none", "web1" },
        { "IdentityFile none\nIdentityFile ~/.ssh/a", "web1" },
        { "IdentitiesOnly yes\nHashKnownHosts true\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPubkeyAuthentication no", "web1" },
        { "ChallengeResponseAuthentication no", "web1" },
        { "CertificateFile ~/.ssh/a-cert.pub\nCertificateFile /b", "web1" },
        { "UserKnownHostsFile ~/.ssh/kh /var/kh\nGlobalKnownHostsFile /etc/kh", "web1" },
        { "UserKnownHostsFile none\nGlobalKnownHostsFile none", "web1" },
        { "UserKnownHostsFile /dev/null\nUserKnownHostsFile /second", "web1" },
        { "HostKeyAlias Farm", "web1" },
        { "StrictHostKeyChecking yes", "web1" },
        { "StrictHostKeyChecking off", "web1" },
        { "StrictHostKeyChecking accept-new", "web1" },
        { "ConnectTimeout 90", "web1" },
        { "ConnectTimeout 1m30s", "web1" },
        { "ConnectTimeout none", "web1" },
        { "PreferredAuthentications publickey,password", "web1" },
        { "ProxyJump bastion", "web1" },
        { "ProxyJump ops@bastion:2200,second.example.com", "web1" },
        { "ProxyJump ssh://ops@bastion:2200", "web1" },
        { "ProxyJump [2001:db8::1]:2200", "web1" },
        { "ProxyJump none\nProxyJump bastion", "web1" },
        { "ProxyJump bastion\nProxyCommand nc %h %p", "web1" },
        { "ProxyCommand none\nProxyJump bastion", "web1" },
        { "Match host web1\nUser a\nMatch all\nUser b", "web1" },
        { "Match host web1,web2 user deploy\nPort 2222", "web1" },
        { "User deploy\nMatch user deploy\nPort 2222", "web1" },
        { "Match originalhost web1\nHostName real\nMatch host real\nUser reached\nMatch originalhost real\nUser never", "web1" },
        { "Match !host web2\nUser a", "web1" },
        { "Match !host web1\nUser a\nMatch !user nobody host \"web*,!web2\"\nUser b", "web1" },
        { "Match localuser nobody-of-that-name\nUser a\nMatch host=web1\nUser b", "web1" },
        { "Match canonical\nUser a\nMatch host web1\nUser b", "web1" },
        { "Match final\nUser late\nHost *\nHostName real\nMatch final host real\nPort 2222\nMatch final all\nIdentityFile /final", "web1" },
        { "Match final\nHostName late\nHost late\nUser never", "web1" },
        { "Match !final\nUser early\nHost real\nPort 2222\nMatch host web1\nHostName real\nIdentityFile /twice", "web1" },
        { "ServerAliveInterval 5\nControlMaster auto\nSendEnv LANG LC_*\nHost web1\nUser a", "web1" },
        { "\tHost\tweb1\t\n\t\tUser\ta\t\r", "web1" },
        { "Host 10.0.0.*\nUser a", "10.0.0.7" },
        { "HostName 2001:db8::1", "web1" },
    };

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Reads_what_ssh_reads(string configuration, string host) => SshConfigOracle.AssertSame(Write(configuration), host);

    [Theory]
    [InlineData("-l", "root")]
    [InlineData("-p", "2022")]
    [InlineData("-l", "root", "-p", "2022")]
    public void What_is_asked_for_wins(params string[] options) =>
        SshConfigOracle.AssertSame(Write("User deploy\nPort 2222\nMatch user root\nIdentityFile /root-key"), "web1", options);

    [Fact]
    public void Includes_what_ssh_includes()
    {
        _folder.Write("d/20.conf", "User twenty\nMatch all\nIdentityFile /from-20");
        _folder.Write("d/10.conf", "Host other\nUser ten\nHost web1\nPort 2210");
        _folder.Write("d/x1.cnf", "HostKeyAlias [x1]");
        _folder.Write("d/.hidden.conf", "User hidden");
        _folder.Write("deep", $"Include {_folder.At("deeper")}\nUser deep");
        _folder.Write("deeper", "HostKeyAlias deeper");
        foreach (string configuration in new[]
        {
            $"Include {_folder.At("d/*.conf")}\nUser last",
            $"Include {_folder.At("d/?0.conf")} {_folder.At("missing")}\nUser last",
            $"Include {_folder.At("*/[0-1]*.conf")}\nUser last",
            $"Include {_folder.At("d/[!x]*.conf")}\nUser last",
            $"Host other\nInclude {_folder.At("d/*.conf")}\nHost *\nUser last",
            $"Match host web1\nInclude {_folder.At("d/10.conf")}\nUser last",
            $"Host web1\nInclude {_folder.At("deep")}\nHostName real",
            $"Include {_folder.At("d")}\nUser last",
        })
        {
            SshConfigOracle.AssertSame(Write(configuration), "web1");
        }
    }

    /// <summary>Configurations that ssh refuses as well, and the line that is wrong.</summary>
    public static TheoryData<string, int> Invalid => new()
    {
        { "Host web1\nPort", 2 },
        { "Port x", 1 },
        { "Port 0", 1 },
        { "Port 65536", 1 },
        { "Port 22 23", 1 },
        { "Host other\n\nPort x", 3 },
        { "User \"a", 1 },
        { "User", 1 },
        { "User =", 1 },
        { "User \"\"", 1 },
        { "Host \"\"", 1 },
        { "IdentitiesOnly maybe", 1 },
        { "StrictHostKeyChecking maybe", 1 },
        { "ConnectTimeout soon", 1 },
        { "ConnectTimeout 1y", 1 },
        { "IdentityFile a b", 1 },
        { "ProxyJump a:b:c@d@:", 1 },
        { "ProxyJump user@", 1 },
        { "ProxyJump host:0", 1 },
        { "Match", 1 },
        { "Match host", 1 },
        { "Match nonsense x", 1 },
        { "Match all host web1", 1 },
        { "Match user a host b all", 1 },
        { "HostName %x", 1 },
        { "UserKnownHostsFile /a/%T", 1 },
        { "UserKnownHostsFile none /a", 1 },
        { "UserKnownHostsFile /a/%y", 1 },
        { "UserKnownHostsFile ${HD_NO_SUCH_VARIABLE}/a", 1 },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Refuses_what_ssh_refuses(string configuration, int line)
    {
        string file = Write(configuration);
        Assert.NotEqual(0, Tool.TryRun(null, "ssh", "-G", "-F", file, "web1").ExitCode);
        DeployException error = Assert.Throws<DeployException>(() => SshConfig.Resolve("web1", file: file));
        Assert.Equal("SshConfigInvalid", error.ErrorId);
        Assert.StartsWith($"{file}:{line}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_includes_itself_is_refused()
    {
        string file = _folder.At("config");
        _folder.Write("config", $"Include {file}");
        Assert.NotEqual(0, Tool.TryRun(null, "ssh", "-G", "-F", file, "web1").ExitCode);
        Assert.Equal("SshConfigInvalid", Assert.Throws<DeployException>(() => SshConfig.Resolve("web1", file: file)).ErrorId);
    }

    [Fact]
    public void An_included_file_that_others_can_change_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string included = _folder.Write("open", "User a", 0b110_110_110);
        string file = Write($"Include {included}");
        Assert.NotEqual(0, Tool.TryRun(null, "ssh", "-G", "-F", file, "web1").ExitCode);
        Assert.Equal("SshConfigTooOpen", Assert.Throws<DeployException>(() => SshConfig.Resolve("web1", file: file)).ErrorId);

        // Debian's ssh lets the user's own group pass; who is in that group cannot be seen from here.
        _folder.Write("open", "User a", 0b110_110_000);
        Assert.Equal("SshConfigTooOpen", Assert.Throws<DeployException>(() => SshConfig.Resolve("web1", file: file)).ErrorId);
    }

    [Fact]
    public void A_file_that_was_asked_for_must_exist() =>
        Assert.Equal("SshConfigMissing", Assert.Throws<DeployException>(() => SshConfig.Resolve("web1", file: _folder.At("no"))).ErrorId);

    [Fact]
    public void Match_exec_runs_nothing_and_is_noted_where_it_would_decide()
    {
        string proof = _folder.At("proof");
        string file = Write($"Match host other exec \"touch {proof}\"\nUser a\nMatch exec \"touch {proof}\"\nUser b\nMatch !exec false\nUser c\nHost *\nUser d");
        SshHostSettings settings = SshConfig.Resolve("web1", file: file);
        Assert.Equal("d", settings.User);
        Assert.False(File.Exists(proof));
        Assert.Equal(
            [$"{file}:3: Match exec is not evaluated; its block is passed over.", $"{file}:5: Match exec is not evaluated; its block is passed over."],
            settings.Notes);
    }

    [Fact]
    public void Replaces_tokens_variables_and_home()
    {
        SshHostSettings settings = Resolve("HostName %h.example.com\nUser deploy\nPort 2222\nIdentityFile ~/keys/%n-%h-%p-%r-%u-%%\nIdentityFile %d/k\n"
            + "CertificateFile ${KEYS}/%k.pub\nUserKnownHostsFile ~/kh-%r\nProxyCommand nc %h %p # $HOME '%n'\nIdentityAgent ${KEYS}/agent-%r");
        Assert.Equal(["/home/me/keys/web1-web1.example.com-2222-deploy-me-%", "/home/me/k"], settings.IdentityFiles);
        Assert.Equal(["/keys/web1.pub"], settings.CertificateFiles);
        Assert.Equal(["/home/me/kh-deploy"], settings.UserKnownHostsFiles);
        Assert.Equal("nc web1.example.com 2222 # $HOME 'web1'", settings.ProxyCommand);
        Assert.Equal("/keys/agent-deploy", settings.AgentSocket);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ProxyJump none")]
    [InlineData("HostKeyAlias Farm")]
    public async Task Replaces_tokens_as_ssh_does(string more)
    {
        // ssh tells the names of its key files once it is connected to something.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<TcpClient> accepted = listener.AcceptTcpClientAsync();
        string file = Write($"HostName 127.0.0.1\nPort {((IPEndPoint)listener.LocalEndpoint).Port}\nUser deploy\n{more}\n"
            + "IdentityFile /k/%C-%i-%l-%L-%n-%h-%p-%r-%u-%k-%%\nIdentityFile %d/k\nCertificateFile /c/%L-%C\nUserKnownHostsFile /h/%i-%C");
        Task closed = accepted.ContinueWith(a => a.Result.Dispose(), TaskScheduler.Default);
        string said = Tool.TryRun(null, "ssh", "-v", "-F", file, "-o", "BatchMode=yes", "-o", "IdentityAgent=none", "web1", "true").Error;
        await closed;

        SshHostSettings settings = SshConfig.Resolve("web1", file: file, context: SshConfigOracle.Context);
        string[] keys = [.. said.Split('\n').Where(l => l.StartsWith("debug1: identity file ", StringComparison.Ordinal)).Select(l => l.Split(' ')[3])];
        Assert.Equal(keys.Where(k => !k.EndsWith("-cert", StringComparison.Ordinal)), settings.IdentityFiles);
        Assert.Equal(said.Split('\n').Single(l => l.StartsWith("debug1: certificate file ", StringComparison.Ordinal)).Split(' ')[3], Assert.Single(settings.CertificateFiles));
        SshConfigOracle.AssertSameKnownHosts(file, settings);
    }

    [Theory]
    [InlineData("", "/run/agent")]
    [InlineData("IdentityAgent SSH_AUTH_SOCK", "/run/agent")]
    [InlineData("IdentityAgent none", null)]
    [InlineData("IdentityAgent $KEYS", "/keys")]
    [InlineData("IdentityAgent $MISSING", null)]
    [InlineData("IdentityAgent ~/agent", "/home/me/agent")]
    public void Finds_the_agent(string configuration, string? socket) => Assert.Equal(socket, Resolve(configuration).AgentSocket);

    [Fact]
    public void Without_a_file_the_users_configuration_comes_before_the_machines()
    {
        _folder.Write(".ssh/config", "Include more\nUser deploy");
        _folder.Write(".ssh/more", "Port 2222");
        var context = new SshConfigContext(_folder.Root, "me", _ => null);
        SshHostSettings settings = SshConfig.Resolve("web1", context: context);
        Assert.Equal(("deploy", 2222), (settings.User, settings.Port));
        Assert.Equal("me", SshConfig.Resolve("web1", file: "none", context: context).User);
    }

    private SshHostSettings Resolve(string configuration) => SshConfig.Resolve("web1", file: Write(configuration), context: new SshConfigContext(
        "/home/me", "me", name => name switch { "KEYS" => "/keys", "SSH_AUTH_SOCK" => "/run/agent", _ => null }));

    private string Write(string configuration) => _folder.Write("config", configuration + "\n");
}
