using HostingDeploy.Tests.Identity;
using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>What belongs to the whole server is one step's at a time, and nobody but root can hold it.</summary>
public sealed class ServerLockTests(LibraryShell library) : LibraryTest(library)
{
    [Fact]
    public async Task Nobody_else_can_get_at_a_lock()
    {
        // Whoever opens a file to read it may lock it.
        LocalShell.Answer answer = await RunAsync($"umask 000; HD_LOCKS={At("locks")} APP=shop; server_lock nginx");
        Assert.Equal(0, answer.Status);
        Assert.True(File.Exists(At("locks/nginx.lock")));
        Assert.Equal("700", Tool.Run("stat", "-c", "%a", At("locks")).Trim());
    }

    [Fact]
    public async Task Whoever_waits_for_a_lock_tells_for_whom()
    {
        LocalShell.Answer answer = await RunAsync($"""
            HD_LOCKS={At("locks")}
            (APP=one; server_lock nginx; echo one; sleep 0.5; echo one is done) &
            until [ -s {At("locks/nginx.lock")} ]; do sleep 0.01; done
            APP=two; server_lock nginx; echo two
            """);
        Assert.Equal(["one", "one is done", "two"], answer.Lines);
        Assert.Equal("nginx, which is in use on this server by one", answer.Fact("waiting"));
    }
}
