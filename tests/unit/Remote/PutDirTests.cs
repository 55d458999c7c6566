using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>Folders of the server.</summary>
public sealed class PutDirTests(LibraryShell library) : LibraryTest(library)
{
    private string Path => At("app");

    [Theory]
    [InlineData("0755", "root:root", "755 root:root")]
    [InlineData("0710", "root:nogroup", "710 root:nogroup")]
    [InlineData("0700", "nobody:nogroup", "700 nobody:nogroup")]
    public async Task Makes_a_folder_with_its_mode_and_owner(string mode, string owner, string expected)
    {
        LocalShell.Answer answer = await RunAsync($"umask 077; put_dir {Path} {mode} {owner}");
        Assert.Equal(expected, ModeAndOwner(Path));
        Assert.Equal([$"create {Path}"], answer.All("change"));
    }

    [Fact]
    public async Task Mends_mode_and_owner_and_leaves_what_is_inside()
    {
        await RunAsync($"put_dir {Path} 0755 root:root; touch {Path}/file; chmod 777 {Path}");
        LocalShell.Answer answer = await RunAsync($"put_dir {Path} 0750 nobody:nogroup");
        Assert.Equal("750 nobody:nogroup", ModeAndOwner(Path));
        Assert.Equal("root:root", ModeAndOwner(Path + "/file").Split(' ')[1]);
        Assert.Equal([$"set owner and mode of {Path}"], answer.All("change"));
    }

    [Fact]
    public async Task Touches_nothing_that_is_right()
    {
        await RunAsync($"put_dir {Path} 0750 nobody:nogroup");
        string before = Listing();
        Assert.Empty((await RunAsync($"put_dir {Path} 0750 nobody:nogroup")).Facts);
        Assert.Equal(before, Listing());
    }

    [Theory]
    [InlineData("ln -s {0} {1}", "symbolic link")]
    [InlineData("ln -s /nowhere {1}", "symbolic link")]
    [InlineData("touch {1}", "regular empty file")]
    [InlineData("mkfifo {1}", "fifo")]
    [InlineData("mknod {1} c 1 3", "character special file")]
    public async Task Does_nothing_to_what_somebody_put_in_its_place(string plant, string kind)
    {
        Directory.CreateDirectory(At("other"));
        string other = Stamp(At("other"));
        await RunAsync(string.Format(null, plant, At("other"), Path));
        foreach (bool plan in new[] { true, false })
        {
            LocalShell.Answer answer = await RunAsync($"put_dir {Path} 0750 nobody:nogroup", plan);
            Assert.Equal("UnsafePath", answer.Fact("error.id"));
            Assert.Contains($"{Path} is not a folder but a {kind}", answer.Fact("error.message"), StringComparison.Ordinal);
        }

        Assert.Equal(other, Stamp(At("other")));
    }

    [Fact]
    public async Task A_plan_changes_nothing()
    {
        await RunAsync($"put_dir {Path} 0700 root:root");
        string before = Listing();
        LocalShell.Answer answer = await RunAsync($"put_dir {Path} 0755 root:root; put_dir {At("other")} 0755 root:root", plan: true);
        Assert.Equal([$"set owner and mode of {Path}", $"create {At("other")}"], answer.All("change"));
        Assert.Equal(0, answer.Status);
        Assert.Equal(before, Listing());
    }
}
