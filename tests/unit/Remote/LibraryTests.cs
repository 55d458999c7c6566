using System.Text.Json;
using FsCheck.Xunit;
using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>How a step's script answers.</summary>
public sealed class LibraryTests(LibraryShell library) : LibraryTest(library)
{
    private const string Given = "20261127-170000-aaaaaaa";
    private const string Candidate = "20261127-190000-ccccccc";
    private const string Live = "20261127-180006-eae656f";

    [Fact]
    public async Task A_change_is_made_and_told()
    {
        LocalShell.Answer answer = await RunAsync("if would 'do it'; then echo did; fi");
        Assert.Equal(["did"], answer.Lines);
        Assert.Equal(["do it"], answer.All("change"));
    }

    [Fact]
    public async Task A_plan_only_tells()
    {
        LocalShell.Answer answer = await RunAsync("if would 'do it'; then echo did; fi", plan: true);
        Assert.Empty(answer.Lines);
        Assert.Equal(["do it"], answer.All("change"));
    }

    [Fact]
    public async Task A_failure_ends_the_step_and_says_what_next()
    {
        LocalShell.Answer answer = await RunAsync("fail NoRelease 'There is none.' 'Make one'; echo on");
        Assert.Equal(64, answer.Status);
        Assert.Empty(answer.Lines);
        Assert.Equal(
            [new("error.id", "NoRelease"), new("error.message", "There is none."), new("error.action", "Make one")],
            answer.Facts);
    }

    [Fact]
    public async Task A_failure_may_leave_the_action_to_the_cmdlet()
    {
        LocalShell.Answer answer = await RunAsync("fail NoRelease 'There is none.'; echo on");
        Assert.Equal(64, answer.Status);
        Assert.Null(answer.Fact("error.action"));
    }

    [Property(MaxTest = 10, Arbitrary = [typeof(QuoteTests.Texts)])]
    public void Json_of_any_text_is_json(string[] values)
    {
        LocalShell.Answer answer = RunAsync(string.Concat(values.Select(v => $"json {Shell.Quote(v)}; echo\n"))).Result;
        string[] expected = [.. values.Select(v => string.Concat(v.Select(c => c < ' ' && c is not ('\n' or '\t') ? ' ' : c)))];
        Assert.Equal(expected, answer.Lines.Select(line => JsonSerializer.Deserialize<string>(line)));
    }

    [Theory]
    [InlineData("true", "unchanged", "", "")]
    [InlineData("would 'write \"it\"'", "changed", "", "")]
    [InlineData("fail NoRelease 'There is\nnone.'", "failed", "NoRelease", "There is\nnone.")]
    [InlineData("false", "failed", "", "")]
    public async Task A_step_of_a_deployment_writes_itself_into_the_journal(string script, string status, string errorId, string message)
    {
        await RunAsync($"STATE={Folder.Root} DEPLOYMENT=20261123-1 RELEASE=r1\njournal_step Site\n{script}");
        JsonElement entry = JsonDocument.Parse(await File.ReadAllTextAsync(At("journal.jsonl"))).RootElement;
        Assert.Equal("20261123-1", entry.GetProperty("deployment").GetString());
        Assert.Equal("Site", entry.GetProperty("step").GetString());
        Assert.Equal("r1", entry.GetProperty("release").GetString());
        Assert.Equal(status, entry.GetProperty("status").GetString());
        Assert.Equal(errorId, entry.GetProperty("error").GetString());
        Assert.Equal(message, entry.GetProperty("message").GetString());
        Assert.Equal(status == "changed" ? ["write \"it\""] : [], entry.GetProperty("changes").EnumerateArray().Select(c => c.GetString()));
        Assert.InRange(entry.GetProperty("ended").GetDouble(), entry.GetProperty("began").GetDouble(), double.MaxValue);
    }

    [Fact]
    public async Task A_step_that_was_stopped_is_in_the_journal_as_failed()
    {
        using LocalShell shell = await LocalShell.StartWithLibraryAsync();
        LocalShell.Step step = shell.Begin($"set -euo pipefail\nPLAN='' STATE={Folder.Root} DEPLOYMENT=d1\njournal_step Migrate\necho ready\nsleep 60 & wait");
        await step.Spoke;
        shell.Stop(step);
        await step.Ended;
        JsonElement entry = JsonDocument.Parse(await File.ReadAllTextAsync(At("journal.jsonl"))).RootElement;
        Assert.Equal("failed", entry.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData(true, "d1")]
    [InlineData(false, "")]
    public async Task Only_a_real_deployment_writes_the_journal(bool plan, string deployment)
    {
        await RunAsync($"STATE={Folder.Root} DEPLOYMENT={deployment}\njournal_step Site\nwould x || true", plan);
        Assert.False(File.Exists(At("journal.jsonl")));
    }

    [Fact]
    public async Task A_mark_holds_for_its_key_alone()
    {
        LocalShell.Answer answer = await RunAsync($"""
            MARKS={At("marks")}; mkdir -p $MARKS
            marked bundle one || echo not yet
            mark bundle one
            marked bundle one && echo one
            marked bundle two || echo not two
            mark bundle two
            marked bundle one || echo no more
            """);
        Assert.Equal(["not yet", "one", "not two", "no more"], answer.Lines);
        Assert.Equal(["bundle"], Directory.GetFiles(At("marks")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(Given, Given)]
    [InlineData("", Candidate)]
    public async Task Works_on_the_release_asked_for_then_the_one_being_built(string asked, string taken)
    {
        MakeApp(Given, Candidate, Live);
        Folder.Write("state/candidate", Candidate + "\n");
        File.CreateSymbolicLink(At("root/current"), At($"root/releases/{Live}"));
        LocalShell.Answer answer = await UseReleaseAsync(asked);
        Assert.Equal(taken, answer.Fact("release"));
        Assert.Equal([$"{At("root")}/releases/{taken}", $"{At("state")}/releases/{taken}"], answer.Lines);
    }

    [Fact]
    public async Task Works_on_the_live_release_when_none_is_being_built()
    {
        MakeApp(Live);
        File.CreateSymbolicLink(At("root/current"), At($"root/releases/{Live}"));
        Assert.Equal(Live, (await UseReleaseAsync(string.Empty)).Fact("release"));
    }

    [Fact]
    public async Task Says_what_to_run_first()
    {
        LocalShell.Answer unprepared = await UseReleaseAsync(string.Empty);
        Assert.Equal("AppNotPrepared", unprepared.Fact("error.id"));
        Assert.Equal("New-AppDirectory shop", unprepared.Fact("error.action"));
        MakeApp();
        LocalShell.Answer unbuilt = await UseReleaseAsync("gone");
        Assert.Equal("NoRelease", unbuilt.Fact("error.id"));
        Assert.Contains("gone", unbuilt.Fact("error.message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("../../etc")]
    [InlineData("20261127-180006-eae656f/..")]
    [InlineData("$'20261127-180006-eae656f\\n..'")]
    public async Task A_name_that_root_does_not_give_is_no_release(string name)
    {
        MakeApp();
        Directory.CreateDirectory(At("root/releases/x"));
        Folder.Write("state/releases/x/source", "c \n");
        Assert.Equal("NoRelease", (await UseReleaseAsync(name)).Fact("error.id"));
    }

    [Fact]
    public async Task A_release_whose_marks_are_empty_or_that_is_a_link_is_none()
    {
        MakeApp(Live, Candidate);
        Folder.Write($"state/releases/{Live}/source", string.Empty);
        Directory.Delete(At($"root/releases/{Candidate}"));
        File.CreateSymbolicLink(At($"root/releases/{Candidate}"), "/etc");
        Assert.Equal("NoRelease", (await UseReleaseAsync(Live)).Fact("error.id"));
        Assert.Equal("NoRelease", (await UseReleaseAsync(Candidate)).Fact("error.id"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("c 20261127-180006-eae656f print")]
    [InlineData("a 20261127-180006-0000000 print")]
    public async Task What_is_no_whole_line_says_nothing_of_what_is_live(string line)
    {
        MakeApp(Live);
        Folder.Write("state/live", line);
        LocalShell.Answer answer = await RunAsync($"APP_ROOT={At("root")} STATE={At("state")}\nlive_slot; echo \"<$SLOT$LIVE_RELEASE$LIVE_PRINT>\"");
        Assert.Equal(["<>"], answer.Lines);
    }

    [Fact]
    public async Task A_plan_passes_over_what_is_not_there_yet()
    {
        LocalShell.Answer answer = await UseReleaseAsync(string.Empty, plan: true);
        Assert.Equal(0, answer.Status);
        Assert.Equal(["do its work (it needs what New-AppDirectory makes first)"], answer.All("change"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("/run/postgresql", true)]
    [InlineData("db.example.org", false)]
    [InlineData("localhost.example.org", false)]
    [InlineData("10.0.0.1", false)]
    public async Task Knows_a_database_of_this_server(string host, bool local)
    {
        LocalShell.Answer answer = await RunAsync($"DB_HOST={host}; if local_database; then echo local; fi");
        Assert.Equal(local ? ["local"] : [], answer.Lines);
    }

    private Task<LocalShell.Answer> UseReleaseAsync(string release, bool plan = false) => RunAsync(
        $"APP=shop APP_USER=root BUILD_USER=root APP_ROOT={At("root")} STATE={At("state")} SUBFOLDER='' RELEASE={release}\nuse_release; echo $APP_DIR; echo $MARKS", plan);

    private void MakeApp(params string[] releases)
    {
        foreach (string folder in new[] { "root/releases", "root/shared", "state/releases" }.Concat(releases.Select(r => $"root/releases/{r}")))
        {
            Directory.CreateDirectory(At(folder));
        }

        foreach (string release in releases)
        {
            Folder.Write($"state/releases/{release}/source", "0123456 \n");
        }
    }
}
