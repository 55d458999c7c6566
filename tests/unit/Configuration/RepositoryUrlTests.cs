using HostingDeploy.Configuration;
using Xunit;

namespace HostingDeploy.Tests.Configuration;

/// <summary>Whatever form a repository's address has, the server clones it over SSH or not at all.</summary>
public sealed class RepositoryUrlTests
{
    [Theory]
    [InlineData("https://github.com/example/cigar", "git@github.com:example/cigar.git")]
    [InlineData("https://github.com/example/cigar.git", "git@github.com:example/cigar.git")]
    [InlineData("https://github.com/example/cigar/", "git@github.com:example/cigar.git")]
    [InlineData("HTTPS://GitHub.com/Example/Cigar", "git@github.com:Example/Cigar.git")]
    [InlineData("https://github.com:443/example/cigar", "git@github.com:example/cigar.git")]
    [InlineData("https://gitlab.example.org/group/sub/cigar.git", "git@gitlab.example.org:group/sub/cigar.git")]
    [InlineData("https://github.com/example/cigar.rb", "git@github.com:example/cigar.rb.git")]
    [InlineData("git@github.com:example/cigar.git", "git@github.com:example/cigar.git")]
    [InlineData("git@GitHub.com:example/cigar", "git@github.com:example/cigar")]
    [InlineData("deploy@10.0.0.3:/srv/git/cigar.git", "deploy@10.0.0.3:/srv/git/cigar.git")]
    [InlineData("git@git.lab.test:~me/cigar.git", "git@git.lab.test:~me/cigar.git")]
    [InlineData("ssh://git@git.example.org:2222/example/cigar.git", "ssh://git@git.example.org:2222/example/cigar.git")]
    [InlineData("ssh://git@ssh.github.com:443/example/cigar.git", "ssh://git@ssh.github.com:443/example/cigar.git")]
    [InlineData("ssh://git@[fd00::3]/example/cigar.git", "ssh://git@[fd00::3]/example/cigar.git")]
    public void IsBroughtIntoItsSshForm(string written, string expected)
    {
        var outcome = RepositoryUrl.ToSsh(written);

        Assert.False(outcome.IsRefused, outcome.Refusal);
        Assert.Equal(expected, outcome.Value);
    }

    [Theory]
    [InlineData("http://github.com/example/cigar")]
    [InlineData("git://github.com/example/cigar")]
    [InlineData("file:///srv/git/cigar.git")]
    [InlineData("ftp://example.org/example/cigar")]
    [InlineData("/srv/git/cigar.git")]
    [InlineData("./cigar")]
    [InlineData("../cigar")]
    [InlineData("C:\\git\\cigar")]
    [InlineData("C:/git/cigar")]
    [InlineData("github.com:example/cigar")]
    [InlineData("ext::sh -c 'touch /tmp/pwned'")]
    [InlineData("ext::sh")]
    [InlineData("git@host::ext")]
    [InlineData("-oProxyCommand=x@host:path")]
    [InlineData("git@-oProxyCommand=x:path")]
    [InlineData("git@host:-path")]
    [InlineData("git@host:a/-u/b")]
    [InlineData("git@host:a/../b")]
    [InlineData("git@host:a b")]
    [InlineData("git@host:a;b")]
    [InlineData("git@host:a\nb")]
    [InlineData("git@host:a.git\n")]
    [InlineData("git@host:")]
    [InlineData("git@256.1.1.1:a/b")]
    [InlineData("ssh://github.com/example/cigar.git")]
    [InlineData("ssh://-oProxyCommand=x/example/cigar.git")]
    [InlineData("ssh://git@-x/example/cigar.git")]
    [InlineData("ssh://git@host:0/example/cigar.git")]
    [InlineData("ssh://git@host:99999/example/cigar.git")]
    [InlineData("ssh://git@host")]
    [InlineData("ssh://git@host/")]
    [InlineData("ssh://git@host/%2e%2e/x")]
    [InlineData("https://github.com")]
    [InlineData("https://github.com/example")]
    [InlineData("https://github.com/example/cigar/tree/main")]
    [InlineData("https://github.com/example/cigar?tab=readme")]
    [InlineData("https://github.com/example/cigar#readme")]
    [InlineData("https://git.example.org:8443/example/cigar")]
    [InlineData("https://github.com/example/../cigar")]
    [InlineData("https://github.com/-example/cigar")]
    [InlineData("https://github.com//cigar")]
    [InlineData("https:///example/cigar")]
    public void IsRefused(string written) => Assert.True(RepositoryUrl.ToSsh(written).IsRefused);

    [Theory]
    [InlineData("https://ghp_hunter2@github.com/example/cigar")]
    [InlineData("https://user:hunter2@github.com/example/cigar.git")]
    [InlineData("https://user:hunter2%40@github.com/example/cigar.git")]
    [InlineData("https://user:hunter2@")]
    [InlineData("http://user:hunter2@github.com/example/cigar")]
    [InlineData("http://user:hunter2/x@github.com/example/cigar")]
    [InlineData("ssh://git:hunter2@github.com/example/cigar.git")]
    [InlineData("user:hunter2@github.com:example/cigar.git")]
    public void TokenInTheUrlIsRefusedAndNotRepeated(string written)
    {
        var outcome = RepositoryUrl.ToSsh(written);

        Assert.True(outcome.IsRefused);
        Assert.DoesNotContain("hunter2", outcome.Refusal, StringComparison.Ordinal);
    }
}
