using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>Files of the server: written whole, and only when they differ.</summary>
public sealed class PutFileTests(LibraryShell library) : LibraryTest(library)
{
    private const string Text = "first\n\nGröße 'x' $y\n\n";

    private string Path => At("site.conf");

    [Theory]
    [InlineData("0644", "root:root", "644 root:root")]
    [InlineData("0600", "root:root", "600 root:root")]
    [InlineData("0640", "root:nogroup", "640 root:nogroup")]
    [InlineData("0400", "nobody:nogroup", "400 nobody:nogroup")]
    public async Task Writes_a_file_with_its_mode_and_owner(string mode, string owner, string expected)
    {
        LocalShell.Answer answer = await PutAsync(Text, mode, owner);
        Assert.Equal(Text, await File.ReadAllTextAsync(Path));
        Assert.Equal(expected, ModeAndOwner(Path));
        Assert.Equal([$"write {Path}"], answer.All("change"));
        Assert.Equal(["wrote=1"], answer.Lines);
        Assert.Single(Directory.GetFileSystemEntries(Folder.Root));
    }

    [Fact]
    public async Task Replaces_a_file_by_a_new_one()
    {
        await PutAsync("old\n");
        string before = Stamp(Path);
        using FileStream reader = File.OpenRead(Path);
        LocalShell.Answer answer = await PutAsync(Text);
        Assert.Equal([$"replace {Path}"], answer.All("change"));
        Assert.Equal(Text, await File.ReadAllTextAsync(Path));
        Assert.NotEqual(before.Split(' ')[0], Stamp(Path).Split(' ')[0]);

        // Whoever has the old one open goes on reading the old one.
        Assert.Equal("old\n", await new StreamReader(reader).ReadToEndAsync());
        Assert.Single(Directory.GetFileSystemEntries(Folder.Root));
    }

    [Theory]
    [InlineData("chmod 600")]
    [InlineData("chown nobody")]
    [InlineData("truncate -s -1")]
    public async Task Mends_what_someone_changed(string change)
    {
        await PutAsync(Text);
        await RunAsync($"{change} {Path}");
        LocalShell.Answer answer = await PutAsync(Text);
        Assert.Equal([$"replace {Path}"], answer.All("change"));
        Assert.Equal("644 root:root", ModeAndOwner(Path));
        Assert.Equal(Text, await File.ReadAllTextAsync(Path));
    }

    [Theory]
    [InlineData("0644")]
    [InlineData("0600")]
    public async Task Touches_nothing_that_is_right(string mode)
    {
        await PutAsync(Text, mode);
        string before = Listing();
        LocalShell.Answer answer = await PutAsync(Text, mode);
        Assert.Equal(before, Listing());
        Assert.Empty(answer.Facts);
        Assert.Equal(["wrote="], answer.Lines);
    }

    [Fact]
    public async Task Replaces_a_link_and_not_what_it_points_to()
    {
        Folder.Write("other", "other's");
        File.CreateSymbolicLink(Path, At("other"));
        await PutAsync(Text);
        Assert.Null(new FileInfo(Path).LinkTarget);
        Assert.Equal(Text, await File.ReadAllTextAsync(Path));
        Assert.Equal("other's", await File.ReadAllTextAsync(At("other")));
    }

    [Fact]
    public async Task A_plan_changes_nothing_and_shows_the_difference()
    {
        await PutAsync("first\nold\n");
        string before = Listing();
        LocalShell.Answer answer = await PutAsync("first\nnew\n", plan: true);
        Assert.Equal(before, Listing());
        Assert.Equal([$"replace {Path}"], answer.All("change"));
        Assert.Equal(["wrote=1"], answer.Lines);
        string diff = Assert.Single(answer.All("diff"));
        Assert.StartsWith($"--- {Path} (server)\n+++ {Path} (new)\n", diff, StringComparison.Ordinal);
        Assert.Contains("\n first\n-old\n+new", diff, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_shows_the_whole_of_a_file_that_is_not_there_yet()
    {
        LocalShell.Answer answer = await PutAsync("one\n", plan: true);
        Assert.Equal([$"write {Path}"], answer.All("change"));
        Assert.Contains("\n+one", Assert.Single(answer.All("diff")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Root));
    }

    [Theory]
    [InlineData("0600", true)]
    [InlineData("0600", false)]
    [InlineData("0400", true)]
    [InlineData("0640", true)]
    public async Task Shows_nothing_of_a_file_that_not_everyone_may_read(string mode, bool plan)
    {
        await PutAsync("hunter1\n", mode);
        LocalShell.Answer answer = await PutAsync("hunter2\n", mode, plan: plan);
        Assert.Equal([$"replace {Path}"], answer.All("change"));
        Assert.DoesNotContain(answer.Facts, fact => fact.Value.Contains("hunter", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_never_readable_while_it_is_written()
    {
        // Every mode the new file has on its way, seen from a chmod in its place.
        LocalShell.Answer answer = await RunAsync($$"""
            umask 000
            chmod() { command stat -c %a "$2"; command chmod "$@"; }
            chown() { command stat -c %a "$2"; command chown "$@"; }
            sync() { [ -d "$1" ] || command stat -c %a "$1"; }
            put_file {{Path}} 0600 root:root secret
            """);
        Assert.NotEmpty(answer.Lines);
        Assert.All(answer.Lines, mode => Assert.Equal("600", mode));
    }

    [Theory]
    [InlineData("trap '' XFSZ; ulimit -f 0")]
    [InlineData("mktemp() { echo 'mktemp: Read-only file system' >&2; return 1; }")]
    [InlineData("chown() { return 1; }")]
    public async Task A_file_that_cannot_be_written_stays_as_it_was(string trouble)
    {
        await PutAsync("old\n");
        string before = Stamp(Path);
        LocalShell.Answer answer = await RunAsync($"{trouble}\nput_file {Path} 0644 root:root {Shell.Quote(Text)}");
        Assert.Equal("FileNotWritten", answer.Fact("error.id"));
        Assert.Equal(64, answer.Status);
        Assert.Equal(before, Stamp(Path));
        Assert.Single(Directory.GetFileSystemEntries(Folder.Root));
    }

    private Task<LocalShell.Answer> PutAsync(string text, string mode = "0644", string owner = "root:root", bool plan = false) =>
        RunAsync($"put_file {Path} {mode} {owner} {Shell.Quote(text)}; echo wrote=$WROTE", plan);
}
