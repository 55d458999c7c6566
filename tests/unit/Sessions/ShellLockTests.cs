using HostingDeploy.Tests.Identity;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>What the shell itself holds, it holds exactly as long as it lives.</summary>
public sealed class ShellLockTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string State => _folder.At("state");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_lock_keeps_others_out_and_names_its_owner()
    {
        using LocalShell first = await LocalShell.StartWithLibraryAsync();
        using LocalShell second = await LocalShell.StartWithLibraryAsync();
        Assert.Equal(0, (await TakeAsync(first, "first")).Status);
        LocalShell.Answer refused = await TakeAsync(second, "second");
        Assert.Equal(2, refused.Status);
        Assert.Equal("first", refused.Fact("owner"));
        Assert.Equal(0, (await first.EvaluateAsync($"drop_lock {State} first end")).Status);
        Assert.Equal(0, (await TakeAsync(second, "second")).Status);
    }

    [Fact]
    public async Task A_lock_is_kept_while_steps_run()
    {
        using LocalShell first = await LocalShell.StartWithLibraryAsync();
        using LocalShell second = await LocalShell.StartWithLibraryAsync();
        await TakeAsync(first, "first");
        await first.RunAsync("true");
        LocalShell.Step step = first.Begin("echo ready; sleep 60");
        await step.Spoke;
        first.Stop(step);
        await step.Ended;
        Assert.Equal(2, (await TakeAsync(second, "second")).Status);
    }

    [Fact]
    public async Task The_end_of_the_shell_frees_its_lock()
    {
        using LocalShell first = await LocalShell.StartWithLibraryAsync();
        using LocalShell second = await LocalShell.StartWithLibraryAsync();
        await TakeAsync(first, "first");
        first.CloseInput();
        await first.EndedAsync();
        Assert.Equal(0, (await TakeAsync(second, "second")).Status);
    }

    [Fact]
    public async Task A_process_that_a_step_left_behind_does_not_keep_the_lock()
    {
        using LocalShell first = await LocalShell.StartWithLibraryAsync();
        using LocalShell second = await LocalShell.StartWithLibraryAsync();
        await TakeAsync(first, "first");
        LocalShell.Answer left = await first.RunAsync("setsid sleep 20 >/dev/null 2>&1 & echo $!");
        await first.EvaluateAsync($"drop_lock {State} first end");
        LocalShell.Answer taken = await TakeAsync(second, "second");
        await second.RunAsync($"kill {left.Text}");
        Assert.Equal(0, taken.Status);
    }

    [Fact]
    public async Task A_lock_that_was_removed_with_its_app_leaves_the_next_one_alone()
    {
        using LocalShell first = await LocalShell.StartWithLibraryAsync();
        using LocalShell second = await LocalShell.StartWithLibraryAsync();
        using LocalShell third = await LocalShell.StartWithLibraryAsync();
        await TakeAsync(first, "first");
        Directory.Delete(State, recursive: true);
        Assert.Equal(0, (await TakeAsync(second, "second")).Status);
        await first.EvaluateAsync($"drop_lock {State} first the-end");
        Assert.Equal("second", (await TakeAsync(third, "third")).Fact("owner"));
        Assert.Equal("second\n", await File.ReadAllTextAsync(Path.Combine(State, "journal.jsonl")));
    }

    [Fact]
    public async Task The_end_of_a_deployment_is_in_the_journal_and_the_lock_is_nobodys()
    {
        using LocalShell shell = await LocalShell.StartWithLibraryAsync();
        await TakeAsync(shell, "me");
        await shell.EvaluateAsync($"drop_lock {State} me the-end");
        Assert.Equal("me\nthe-end\n", await File.ReadAllTextAsync(Path.Combine(State, "journal.jsonl")));
        Assert.Equal(string.Empty, await File.ReadAllTextAsync(Path.Combine(State, "lock")));
    }

    [Fact]
    public async Task Letting_go_of_what_was_not_got_changes_nothing()
    {
        using LocalShell first = await LocalShell.StartWithLibraryAsync();
        using LocalShell second = await LocalShell.StartWithLibraryAsync();
        await TakeAsync(first, "first");
        await TakeAsync(second, "second");
        Assert.Equal(0, (await second.EvaluateAsync($"drop_lock {State} second end")).Status);
        Assert.Equal("first", (await TakeAsync(second, "second")).Fact("owner"));
        Assert.Equal("first\n", await File.ReadAllTextAsync(Path.Combine(State, "journal.jsonl")));
    }

    [Fact]
    public async Task A_lock_tells_the_step_that_its_holder_began_last()
    {
        using LocalShell first = await LocalShell.StartWithLibraryAsync();
        using LocalShell second = await LocalShell.StartWithLibraryAsync();
        await TakeAsync(first, "first");
        await first.RunAsync($"DEPLOYMENT=d PLAN= STATE={State}; journal_step Clone");
        await first.RunAsync($"DEPLOYMENT=d PLAN= STATE={State} HOOK_MOMENT=before HOOK_INDEX=0 HOOK_RUN='say \"hi\"'; journal_step Bundle");
        Assert.Equal("first\nClone\nhook before Bundle", (await TakeAsync(second, "second")).Fact("owner"));
        string[] journal = await File.ReadAllLinesAsync(Path.Combine(State, "journal.jsonl"));
        Assert.Contains("\"step\":\"Clone\",\"status\":\"unchanged\"", journal[1], StringComparison.Ordinal);
        Assert.Contains("""
            "step":"Bundle","hook":"before","index":0,"run":"say \"hi\"","status":"done"
            """, journal[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_goes_on_only_with_the_last_one()
    {
        using LocalShell shell = await LocalShell.StartWithLibraryAsync();
        _folder.Write("state/journal.jsonl", """
            {"deployment":"one","kind":"deploy","who":"me"}
            {"deployment":"one","step":"Clone","message":"\"deployment\":\"none\""}

            """);
        Assert.Equal(4, (await TakeAsync(shell, "me", "none")).Status);
        Assert.Equal(4, (await TakeAsync(shell, "me", "on")).Status);
        Assert.Equal(2, (await File.ReadAllLinesAsync(Path.Combine(State, "journal.jsonl"))).Length);
        Assert.Equal(0, (await TakeAsync(shell, "me", "one")).Status);
    }

    [Fact]
    public async Task Deployments_held_back_get_no_lock()
    {
        using LocalShell shell = await LocalShell.StartWithLibraryAsync();
        _folder.Write("state/hold", "database moves on Friday");
        LocalShell.Answer refused = await TakeAsync(shell, "me");
        Assert.Equal(3, refused.Status);
        Assert.Equal("database moves on Friday", refused.Fact("hold"));
    }

    private Task<LocalShell.Answer> TakeAsync(LocalShell shell, string owner, string last = "") => shell.EvaluateAsync($"take_lock {State} {owner} {owner} {last}");
}
