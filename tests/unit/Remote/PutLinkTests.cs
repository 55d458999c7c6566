using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>Links of the server: switched, never missing.</summary>
public sealed class PutLinkTests(LibraryShell library) : LibraryTest(library)
{
    private string Link => At("current");

    [Fact]
    public async Task Makes_and_switches_a_link()
    {
        Directory.CreateDirectory(At("one"));
        Directory.CreateDirectory(At("two"));
        LocalShell.Answer first = await RunAsync($"put_link {At("one")} {Link}");
        Assert.Equal(At("one"), new FileInfo(Link).LinkTarget);
        LocalShell.Answer second = await RunAsync($"put_link {At("two")} {Link}");
        Assert.Equal(At("two"), new FileInfo(Link).LinkTarget);
        Assert.Equal([$"link {Link} to {At("one")}"], first.All("change"));
        Assert.Equal([$"link {Link} to {At("two")}"], second.All("change"));
        Assert.Empty(Directory.GetFileSystemEntries(At("one")));
        Assert.Empty(Directory.GetFileSystemEntries(At("two")));
    }

    [Fact]
    public async Task Touches_nothing_that_is_right()
    {
        await RunAsync($"put_link /nowhere {Link}");
        string before = Listing();
        Assert.Empty((await RunAsync($"put_link /nowhere {Link}")).Facts);
        Assert.Equal(before, Listing());
    }

    [Fact]
    public async Task A_plan_changes_nothing()
    {
        await RunAsync($"put_link /nowhere {Link}");
        string before = Listing();
        LocalShell.Answer answer = await RunAsync($"put_link /else {Link}", plan: true);
        Assert.Equal([$"link {Link} to /else"], answer.All("change"));
        Assert.Equal(0, answer.Status);
        Assert.Equal(before, Listing());
    }

    [Fact]
    public async Task There_is_no_moment_without_it()
    {
        Directory.CreateDirectory(At("one"));
        Directory.CreateDirectory(At("two"));
        LocalShell.Answer answer = await RunAsync($$"""
            put_link {{At("one")}} {{Link}}
            (until [ -e {{At("stop")}} ]; do [ -d {{Link}}/ ] || echo missing; done) &
            for ((i = 0; i < 20; i++)); do
              put_link {{At("two")}} {{Link}}
              put_link {{At("one")}} {{Link}}
            done
            touch {{At("stop")}}
            wait
            """);
        Assert.Empty(answer.Lines);
        Assert.Equal(0, answer.Status);
    }
}
