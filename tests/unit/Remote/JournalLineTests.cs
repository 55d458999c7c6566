using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>Records, each a line of its own.</summary>
public sealed class JournalLineTests(LibraryShell library) : LibraryTest(library)
{
    private string Journal => At("journal.jsonl");

    [Fact]
    public async Task A_journal_begins_with_its_first_record()
    {
        await RunAsync($"journal_line {Folder.Root} one; journal_line {Folder.Root} two");
        Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(Journal));
    }

    [Theory]
    [InlineData("whole\n{\"torn")]
    [InlineData("\0\0\0")]
    public async Task A_record_after_a_torn_one_is_a_line_of_its_own(string before)
    {
        await File.WriteAllTextAsync(Journal, before);
        await RunAsync($"journal_line {Folder.Root} next");
        Assert.Equal($"{before}\nnext\n", await File.ReadAllTextAsync(Journal));
    }

    [Fact]
    public async Task A_step_s_record_after_a_torn_one_is_a_line_of_its_own()
    {
        await File.WriteAllTextAsync(Journal, "{\"torn");
        await RunAsync($"STATE={Folder.Root} DEPLOYMENT=d1\njournal_step Site");
        string[] lines = await File.ReadAllLinesAsync(Journal);
        Assert.Equal(("{\"torn", 2), (lines[0], lines.Length));
        Assert.StartsWith("{\"deployment\":\"d1\",\"step\":\"Site\"", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_written_at_the_same_time_stay_whole()
    {
        await RunAsync($$"""
            line() { printf -v text '%50000s' ''; for i in 1 2 3 4 5 6 7 8 9 10; do journal_line {{Folder.Root}} "${text// /$1}"; done; }
            line a & line b & line c & wait
            """);
        string[] lines = await File.ReadAllLinesAsync(Journal);
        Assert.Equal(30, lines.Length);
        Assert.All(lines, line => Assert.Equal(new string(line[0], 50000), line));
    }
}
