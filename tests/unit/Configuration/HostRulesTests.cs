using HostingDeploy.Configuration;
using Xunit;

namespace HostingDeploy.Tests.Configuration;

public sealed class HostRulesTests
{
    [Theory]
    [InlineData("cigars.example.org", "cigars.example.org")]
    [InlineData("Cigars.Example.ORG", "cigars.example.org")]
    [InlineData("xn--mnchen-3ya.example", "xn--mnchen-3ya.example")]
    [InlineData("a.b-c.d1", "a.b-c.d1")]
    public void DomainIsTaken(string written, string expected) => Assert.Equal(expected, HostRules.Domain(written).Value);

    [Theory]
    [InlineData("localhost")]
    [InlineData("example.org.")]
    [InlineData(".example.org")]
    [InlineData("a..b")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("a_b.example")]
    [InlineData("10.0.0.3")]
    [InlineData("https://example.org")]
    [InlineData("example.org/x")]
    [InlineData("example.org:443")]
    [InlineData("*.example.org")]
    [InlineData("example.org;")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234.example")]
    public void DomainIsRefused(string written) => Assert.True(HostRules.Domain(written).IsRefused);

    [Fact]
    public void DomainWithOtherLettersIsToldItsAsciiForm() =>
        Assert.Contains("xn--mnchen-3ya.example", HostRules.Domain("München.example").Refusal, StringComparison.Ordinal);

    [Fact]
    public void WildcardIsToldWhy() => Assert.Contains("wildcard", HostRules.Domain("*.example.org").Refusal, StringComparison.Ordinal);

    [Theory]
    [InlineData("web1")]
    [InlineData("my_server")]
    [InlineData("web1.example.org")]
    [InlineData("10.78.0.3")]
    [InlineData("fd00::3")]
    [InlineData("::1")]
    public void HostIsTaken(string written) => Assert.Equal(written, HostRules.Host(written).Value);

    [Theory]
    [InlineData("256.1.1.1")]
    [InlineData("10.78.0")]
    [InlineData("1")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fd00:::3")]
    [InlineData("host:22")]
    [InlineData("user@host")]
    [InlineData("-host")]
    public void HostIsRefused(string written) => Assert.True(HostRules.Host(written).IsRefused);

    [Theory]
    [InlineData("bastion")]
    [InlineData("ops@bastion.example.org:2222")]
    [InlineData("a,ops@[fd00::1]:22")]
    [InlineData("none")]
    public void ProxyJumpIsTaken(string written) => Assert.Equal(written, HostRules.ProxyJump(written).Value);

    [Theory]
    [InlineData("a,")]
    [InlineData("a, b")]
    [InlineData("a:0")]
    [InlineData("a:70000")]
    [InlineData("-a")]
    [InlineData("ops@")]
    [InlineData("ops:pw@a")]
    public void ProxyJumpIsRefused(string written) => Assert.True(HostRules.ProxyJump(written).IsRefused);

    [Theory]
    [InlineData("SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg")]
    [InlineData("SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=")]
    public void FingerprintIsGivenBackWithoutPadding(string written) =>
        Assert.Equal("SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg", HostRules.Fingerprint(written).Value);

    [Theory]
    [InlineData("MD5:12:34")]
    [InlineData("sha256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg")]
    [InlineData("SHA256:n4bQ")]
    public void FingerprintIsRefused(string written) => Assert.True(HostRules.Fingerprint(written).IsRefused);

    [Theory]
    [InlineData("ops@example.org", true)]
    [InlineData("first.last+tag@sub.example.org", true)]
    [InlineData("ops", false)]
    [InlineData("@example.org", false)]
    [InlineData("ops@localhost", false)]
    [InlineData("-ops@example.org", false)]
    [InlineData("ops@example.org,x@example.org", false)]
    [InlineData("Ops <ops@example.org>", false)]
    public void Email(string written, bool isTaken) => Assert.Equal(isTaken, !HostRules.Email(written).IsRefused);

    [Theory]
    [InlineData("https://acme.lab.test:14000/dir", true)]
    [InlineData("https://10.78.0.4/dir", true)]
    [InlineData("http://acme.lab.test/dir", false)]
    [InlineData("https://user:pw@acme.lab.test/dir", false)]
    [InlineData("https://acme.lab.test/dir?x=1", false)]
    [InlineData("https://acme.lab.test:99999/dir", false)]
    [InlineData("https:///dir", false)]
    public void HttpsUrl(string written, bool isTaken)
    {
        var outcome = HostRules.HttpsUrl(written);

        Assert.Equal(isTaken, !outcome.IsRefused);
        Assert.DoesNotContain("pw@", outcome.Refusal ?? "", StringComparison.Ordinal);
    }
}
