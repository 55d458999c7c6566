using System.Globalization;
using HostingDeploy.Sessions.Identity;
using Xunit;

namespace HostingDeploy.Tests.Identity;

/// <summary>Compares the settings read here with those that the real <c>ssh -G</c> prints.</summary>
internal static class SshConfigOracle
{
    private const string DefaultKnownHosts = "/.ssh/known_hosts ";
    private static readonly string[] s_unusedDefaults = ["id_xmss", "id_dsa"];

    // ssh takes the home folder from the password database, whatever HOME says.
    private static readonly Lazy<SshConfigContext> s_context = new(() =>
    {
        string line = Tool.Run("ssh", "-G", "-F", "none", "host").Split('\n').Single(l => l.StartsWith("userknownhostsfile ", StringComparison.Ordinal));
        return SshConfigContext.Current with { Home = line.Split(' ', 2)[1].Split(DefaultKnownHosts)[0] };
    });

    /// <summary>Who reads the configuration, as ssh sees it.</summary>
    public static SshConfigContext Context => s_context.Value;

    public static void AssertSameKnownHosts(string file, SshHostSettings actual)
    {
        string line = Tool.Run("ssh", "-G", "-F", file, actual.Host).Split('\n').Single(l => l.StartsWith("userknownhostsfile ", StringComparison.Ordinal));
        Assert.Equal(line.Split(' ')[1..], actual.UserKnownHostsFiles);
    }

    public static void AssertSame(string file, string host, params string[] options)
    {
        ILookup<string, string> expected = Tool.Run("ssh", ["-G", "-F", file, .. options, host])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToLookup(line => line.Split(' ', 2)[0], line => line.Contains(' ', StringComparison.Ordinal) ? line.Split(' ', 2)[1] : "");
        SshHostSettings actual = SshConfig.Resolve(host, Option("-l"), Option("-p") is { } port ? int.Parse(port, CultureInfo.InvariantCulture) : null, file, s_context.Value);

        Assert.Equal(One("hostname"), actual.HostName);
        Assert.Equal(One("user"), actual.User);
        Assert.Equal(One("port"), actual.Port.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(IdentityFiles(), actual.IdentityFiles);
        Assert.Equal(One("identitiesonly"), YesNo(actual.IdentitiesOnly));
        Assert.Equal(expected["certificatefile"].Select(Path), actual.CertificateFiles);
        Assert.Equal(List("userknownhostsfile").Select(Path), actual.UserKnownHostsFiles);
        Assert.Equal(List("globalknownhostsfile"), actual.GlobalKnownHostsFiles);
        Assert.Equal(One("hostkeyalias"), actual.HostKeyAlias);
        Assert.Equal(One("stricthostkeychecking"), Strict(actual.StrictHostKeyChecking));
        Assert.Equal(One("connecttimeout"), actual.ConnectTimeout?.TotalSeconds.ToString(CultureInfo.InvariantCulture) ?? "none");
        Assert.Equal(One("preferredauthentications") ?? "gssapi-with-mic,hostbased,publickey,keyboard-interactive,password", string.Join(',', actual.PreferredAuthentications));
        Assert.Equal(One("passwordauthentication"), YesNo(actual.PasswordAuthentication));
        Assert.Equal(One("kbdinteractiveauthentication"), YesNo(actual.KbdInteractiveAuthentication));
        Assert.Equal(One("pubkeyauthentication") is not "false", actual.PubkeyAuthentication);
        Assert.Equal(One("hashknownhosts"), YesNo(actual.HashKnownHosts));
        Assert.Equal(One("proxyjump") ?? "", string.Join(',', actual.ProxyJump.Select(Hop)));
        Assert.Equal(One("proxycommand"), actual.ProxyCommand);

        string? One(string keyword) => expected[keyword].SingleOrDefault();

        string[] List(string keyword) => One(keyword) is { } list and not "none" ? list.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];

        string? Option(string name) => Array.IndexOf(options, name) is >= 0 and var i ? options[i + 1] : null;

        IEnumerable<string> IdentityFiles() => expected["identityfile"]
            .Where(f => f != "none" && !s_unusedDefaults.Any(d => f.EndsWith(d, StringComparison.Ordinal)))
            .Select(Path);
    }

    private static string Path(string path) => path.StartsWith("~/", StringComparison.Ordinal) ? s_context.Value.Home + path[1..] : path;

    private static string YesNo(bool flag) => flag ? "yes" : "no";

    private static string Strict(StrictHostKeyChecking strict) => strict switch
    {
        StrictHostKeyChecking.Yes => "true",
        StrictHostKeyChecking.No => "false",
        StrictHostKeyChecking.AcceptNew => "accept-new",
        _ => "ask",
    };

    private static string Hop(SshJumpHost hop) =>
        (hop.User is null ? "" : hop.User + "@") + (hop.Host.Contains(':', StringComparison.Ordinal) ? $"[{hop.Host}]" : hop.Host) + (hop.Port is null ? "" : ":" + hop.Port);
}
