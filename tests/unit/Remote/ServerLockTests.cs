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

    [Fact]
    public async Task Somebody_else_who_changes_the_users_is_waited_for()
    {
        LocalShell.Answer answer = await RunAsync($$"""
            sleep() { :; }
            useradd() { echo x >>{{At("tries")}}; [ "$(wc -l <{{At("tries")}})" -gt 3 ] || { echo 'useradd: cannot lock /etc/passwd; try again later.' >&2; return 1; }; }
            change_users useradd shop; echo done
            """);
        Assert.Equal("done", answer.Lines[^1]);
        Assert.Equal("the users of this server, which somebody else is changing", answer.Fact("waiting"));
    }

    [Fact]
    public async Task Users_that_stay_locked_are_an_error_that_says_where_to_look()
    {
        LocalShell.Answer answer = await RunAsync("""
            sleep() { :; }
            useradd() { echo 'useradd: cannot lock /etc/passwd; try again later.' >&2; return 1; }
            change_users useradd shop; echo done
            """);
        Assert.DoesNotContain("done", answer.Lines);
        Assert.Equal("UsersLocked", answer.Fact("error.id"));
    }

    [Fact]
    public async Task What_else_useradd_says_is_no_lock()
    {
        LocalShell.Answer answer = await RunAsync("""
            useradd() { echo 'useradd: UID 999 is not unique' >&2; return 4; }
            change_users useradd shop; echo done
            """);
        Assert.Equal(4, answer.Status);
        Assert.Equal(["useradd: UID 999 is not unique"], answer.Lines);
    }
}
