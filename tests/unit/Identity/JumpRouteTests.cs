using HostingDeploy.Sessions.Identity;
using Xunit;

namespace HostingDeploy.Tests.Identity;

/// <summary>Jump hosts that are behind jump hosts of their own.</summary>
public sealed class JumpRouteTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "")]
    [InlineData("Host web1\nProxyJump a", "a")]
    [InlineData("Host web1\nProxyJump u@a:2200,b,c", "a b c")]
    [InlineData("Host web1\nProxyJump a\nHost a\nProxyJump b", "b a")]
    [InlineData("Host web1\nProxyJump a\nHost a\nProxyJump b,c\nHost b\nProxyJump d", "d b c a")]
    [InlineData("Host web1\nProxyJump a,b\nHost b\nProxyJump never\nProxyCommand never", "a b")]
    [InlineData("Host web1\nProxyJump a\nHost a\nProxyJump none\nHost *\nProxyJump never", "a")]
    [InlineData("Host web1\nProxyJump a:2200\nHost web1\nHostName a", "a")]
    public void Leads_over_what_ssh_jumps_over(string configuration, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Route(configuration).Select(s => s.Host)));
        Assert.Equal(expected, string.Join(' ', JumpsOfSsh("web1")));
    }

    [Theory]
    [InlineData("Host *\nProxyJump a")]
    [InlineData("Host web1\nProxyJump web1")]
    [InlineData("Host web1\nProxyJump a\nHost a\nProxyJump b\nHost b\nProxyJump a")]
    public void A_circle_is_refused(string configuration) =>
        Assert.Equal("ProxyJumpLoop", Assert.Throws<DeployException>(() => Route(configuration)).ErrorId);

    [Theory]
    [InlineData("Host web1\nProxyCommand nc %h %p", "web1")]
    [InlineData("Host web1\nProxyJump a\nHost a\nProxyCommand nc %h %p", "a")]
    public void A_program_in_between_is_refused_and_named(string configuration, string host)
    {
        DeployException error = Assert.Throws<DeployException>(() => Route(configuration));
        Assert.Equal("ProxyCommandUnsupported", error.ErrorId);
        Assert.Equal(host, error.Target);
    }

    private IReadOnlyList<SshHostSettings> Route(string configuration)
    {
        string file = _folder.Write("config", configuration + "\n");
        return JumpRoute.To(Resolve(new SshJumpHost("web1", null, null)), Resolve);

        SshHostSettings Resolve(SshJumpHost hop) => SshConfig.Resolve(hop.Host, hop.User, hop.Port, file);
    }

    /// <summary>ssh starts itself for the last jump host, with -J for those before it; so <c>ssh -G</c> tells the way, hop by hop.</summary>
    private IEnumerable<string> JumpsOfSsh(string host)
    {
        string settings = Tool.Run("ssh", "-G", "-F", _folder.At("config"), host);
        string? jumps = settings.Split('\n').FirstOrDefault(l => l.StartsWith("proxyjump ", StringComparison.Ordinal))?.Split(' ')[1];
        if (jumps is null)
        {
            return [];
        }

        string[] hops = [.. jumps.Split(',').Select(j => j.Split('@')[^1].Split(':')[0])];
        return [.. JumpsOfSsh(hops[0]), .. hops];
    }
}
