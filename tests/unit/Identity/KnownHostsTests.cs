using HostingDeploy.Sessions.Identity;
using Xunit;

namespace HostingDeploy.Tests.Identity;

public sealed class KnownHostsTests(HostKeyMaker keys) : IClassFixture<HostKeyMaker>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, int, string> Verdicts => new()
    {
        { "web1 {first}", "web1", 22, "Trusted" },
        { "WEB1.example.COM {first}", "Web1.Example.com", 22, "Trusted" },
        { "web1\t{first} a comment", "web1", 22, "Trusted" },
        { "  web1   {first}\r", "web1", 22, "Trusted" },
        { "web2,web1 {first}", "web1", 22, "Trusted" },
        { "*.example.com,!db.example.com {first}", "web.example.com", 22, "Trusted" },
        { "*.example.com,!db.example.com {first}", "db.example.com", 22, "Unknown" },
        { "web? {first}", "web1", 22, "Trusted" },
        { "web? {first}", "web10", 22, "Unknown" },
        { "[web1]:2222 {first}", "web1", 2222, "Trusted" },
        { "[web1]:2222 {first}", "web1", 22, "Unknown" },
        { "web1 {first}", "web1", 2222, "Trusted" },
        { "web1 {second}", "web1", 2222, "Unknown" },
        { "[web1]:2222 {second}\nweb1 {first}", "web1", 2222, "Changed" },
        { "[::1]:2222 {first}", "::1", 2222, "Trusted" },
        { "::1 {first}", "::1", 22, "Trusted" },
        { "web1 {second}", "web1", 22, "Changed" },
        { "web1 {ecdsa}", "web1", 22, "OtherTypeKnown" },
        { "web1 {ecdsa}\nweb1 {second}", "web1", 22, "Changed" },
        { "web1 {second}\nweb1 {first}", "web1", 22, "Trusted" },
        { "@revoked * {first}\nweb1 {first}", "web1", 22, "Revoked" },
        { "web1 {first}\n@revoked web1 {first}", "web1", 2222, "Revoked" },
        { "@revoked web2 {first}\nweb1 {first}", "web1", 22, "Trusted" },
        { "@cert-authority * {first}", "web1", 22, "Unknown" },
        { "# web1 {first}", "web1", 22, "Unknown" },
        { "@unknown web1 {first}", "web1", 22, "Unknown" },
        { "@revoked @revoked web1 {first}", "web1", 22, "Unknown" },
        { "web1 ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA==", "web1", 22, "Unknown" },
        { "web1 ssh-ed25519 not*base64", "web1", 22, "Unknown" },
        { "web1 ssh-ed25519", "web1", 22, "Unknown" },
        { "web1\n\n|1|short|x {first}\nweb1 {first}", "web1", 22, "Trusted" },
        { "", "web1", 22, "Unknown" },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Judges_as_OpenSSH_does(string lines, string host, int port, string expected) =>
        Assert.Equal(expected, Known(lines).Check(HostKeyNames.For(host, port), new HostKey(keys.First)).Verdict.ToString());

    [Fact]
    public void An_alias_replaces_host_and_port() => Assert.Equal(
        HostKeyVerdict.Trusted,
        Known("build-farm {first}").Check(HostKeyNames.For("10.0.0.7", 2222, "Build-Farm"), new HostKey(keys.First)).Verdict);

    [Fact]
    public void Finds_the_line()
    {
        KnownHosts known = Known("# comment\n\nother {first}\nweb1 {second}");
        KnownHostEntry entry = known.Check(HostKeyNames.For("web1", 22), new HostKey(keys.First)).Entry!;
        Assert.Equal($"{_folder.At("known_hosts")}:4", entry.Location);
    }

    [Fact]
    public void Searches_several_files_in_order_and_ignores_missing_ones()
    {
        string first = _folder.Write("a", Fill("web1 {ecdsa}"));
        string second = _folder.Write("b", Fill("web1 {first}"));
        KnownHosts known = KnownHosts.Load([_folder.At("missing"), first, _folder.Root, second]);
        HostKeyNames names = HostKeyNames.For("web1", 22);
        Assert.Equal(["ecdsa-sha2-nistp256", "ssh-ed25519"], known.KeyTypesFor(names, []));
        Assert.Equal(HostKeyVerdict.Trusted, known.Check(names, new HostKey(keys.First)).Verdict);
    }

    [Fact]
    public void Key_types_leave_out_authorities_and_revoked_keys()
    {
        KnownHosts known = Known("@revoked * {first}\n@cert-authority * {authority}\nweb1 {ecdsa}");
        Assert.Equal(["ecdsa-sha2-nistp256"], known.KeyTypesFor(HostKeyNames.For("web1", 2222), []));
        Assert.True(known.HasAuthorityFor(HostKeyNames.For("web1", 2222)));
    }

    [Fact]
    public void Key_types_of_a_pinned_server_are_those_of_pinned_keys()
    {
        KnownHosts known = Known("web1 {ecdsa}\nweb1 {first}");
        Assert.Equal(["ssh-ed25519"], known.KeyTypesFor(HostKeyNames.For("web1", 22), [keys.First.Fingerprint]));
        Assert.Empty(known.KeyTypesFor(HostKeyNames.For("web1", 22), [keys.Second.Fingerprint]));
    }

    public static TheoryData<string, string[], string> Certificates => new()
    {
        { "@cert-authority *.example.com {authority}", ["-h", "-n", "web1.example.com"], "TrustedByAuthority" },
        { "@cert-authority *.example.com {authority}", ["-h", "-n", "*.example.com"], "TrustedByAuthority" },
        { "@cert-authority *.example.com {authority}", ["-h", "-n", "web2.example.com"], "CertificateRejected" },
        { "@cert-authority *.example.com {authority}", ["-h"], "CertificateRejected" },
        { "@cert-authority *.example.com {authority}", ["-n", "web1.example.com"], "CertificateRejected" },
        { "@cert-authority *.example.com {authority}", ["-h", "-n", "web1.example.com", "-V", "20200101:20210101"], "CertificateRejected" },
        { "@cert-authority *.example.com {authority}", ["-h", "-n", "web1.example.com", "-V", "20990101:20991231"], "CertificateRejected" },
        { "@cert-authority *.example.com {authority}", ["-h", "-n", "web1.example.com", "-O", "critical:x=y"], "CertificateRejected" },
        { "@cert-authority *.other.org {authority}", ["-h", "-n", "web1.example.com"], "Unknown" },
        { "@cert-authority *.example.com {second}", ["-h", "-n", "web1.example.com"], "Unknown" },
        { "*.example.com {authority}", ["-h", "-n", "web1.example.com"], "Changed" },
        { "web1.example.com {first}", ["-h", "-n", "web1.example.com"], "Trusted" },
        { "@cert-authority * {authority}\nweb1.example.com {first}", ["-h", "-n", "web2"], "Trusted" },
        { "@cert-authority * {authority}\n@revoked * {authority}", ["-h", "-n", "web1.example.com"], "Revoked" },
        { "@cert-authority * {authority}\n@revoked * {first}", ["-h", "-n", "web1.example.com"], "Revoked" },
    };

    [Theory]
    [MemberData(nameof(Certificates))]
    public void Judges_certificates(string lines, string[] options, string expected) => Assert.Equal(
        expected,
        Known(lines).Check(HostKeyNames.For("web1.example.com", 22), keys.Certified(options)).Verdict.ToString());

    [Fact]
    public void A_portless_authority_holds_on_every_port() => Assert.Equal(
        HostKeyVerdict.TrustedByAuthority,
        Known("@cert-authority *.example.com {authority}")
            .Check(HostKeyNames.For("web1.example.com", 2222), keys.Certified("-h", "-n", "web1.example.com")).Verdict);

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a\nb")]
    [InlineData("*")]
    [InlineData("[a]:22")]
    [InlineData("|1|x")]
    public void Refuses_names_that_would_mean_something_in_the_file(string name)
    {
        Assert.Equal("HostNameInvalid", Assert.Throws<DeployException>(() => HostKeyNames.For(name, 22)).ErrorId);
        Assert.Equal("HostNameInvalid", Assert.Throws<DeployException>(() => HostKeyNames.For("host", 22, name)).ErrorId);
    }

    private KnownHosts Known(string lines) => KnownHosts.Load([_folder.Write("known_hosts", Fill(lines))]);

    private string Fill(string lines) => lines
        .Replace("{first}", keys.First.ToString(), StringComparison.Ordinal)
        .Replace("{second}", keys.Second.ToString(), StringComparison.Ordinal)
        .Replace("{ecdsa}", keys.Ecdsa.ToString(), StringComparison.Ordinal)
        .Replace("{authority}", keys.Authority.ToString(), StringComparison.Ordinal);
}
