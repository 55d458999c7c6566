using System.Diagnostics;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>How steps come to an end before their time.</summary>
public sealed class ShellStopTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Stopping_ends_the_whole_group()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        (LocalShell.Step step, int[] pids) = await Processes.StartAsync(shell);
        shell.Stop(step);
        Assert.Equal(143, (await step.Ended).Status);
        await Processes.GoneAsync(s_soon, pids);
        Assert.Equal(["next"], (await shell.RunAsync("echo next")).Lines);
    }

    [Fact]
    public async Task Stopping_kills_what_ignores_it_after_five_seconds()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        LocalShell.Step step = shell.Begin("trap '' TERM; sleep 60 & echo $!; echo $BASHPID; while :; do sleep 60; done");
        await step.Spoke;
        var clock = Stopwatch.StartNew();
        shell.Stop(step);
        LocalShell.Answer answer = await step.Ended;
        await Processes.GoneAsync(s_soon, Processes.Read(answer.Lines));
        Assert.Equal(143, answer.Status);
        Assert.InRange(clock.Elapsed.TotalSeconds, 4.5, 15);
        Assert.Equal(["next"], (await shell.RunAsync("echo next")).Lines);
    }

    [Fact]
    public async Task Stopping_lets_a_step_tidy_up()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        LocalShell.Step step = shell.Begin("trap 'echo tidied; exit 9' TERM; echo ready; sleep 60 & wait");
        await step.Spoke;
        shell.Stop(step);
        Assert.Equal(["ready", "tidied"], (await step.Ended).Lines);
    }

    [Fact]
    public async Task Stopping_a_step_that_has_ended_harms_nothing()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        LocalShell.Step old = shell.Begin("true");
        await old.Ended;
        LocalShell.Step step = shell.Begin("echo one; sleep 0.3; echo two");
        await step.Spoke;
        shell.Stop(old);
        LocalShell.Answer answer = await step.Ended;
        Assert.Equal(["one", "two"], answer.Lines);
        Assert.Equal(0, answer.Status);
    }

    [Theory]
    [InlineData("kill -KILL $(ps -o ppid= $BASHPID)", 137)]
    [InlineData("kill -KILL -- -$(ps -o pgid= $BASHPID | tr -d ' ')", 137)]
    [InlineData("kill -TERM 0", 143)]
    public async Task A_step_that_was_killed_is_reported_at_the_next_word(string suicide, int status)
    {
        using LocalShell shell = await LocalShell.StartAsync();
        LocalShell.Step step = shell.Begin($"echo alive; {suicide}; sleep 0.2");
        await step.Spoke;
        for (int i = 0; i < 100 && !step.HasEnded; i++)
        {
            await shell.PingAsync();
            await Task.Delay(50);
        }

        Assert.Equal(status, (await step.Ended).Status);
        Assert.Equal(["next"], (await shell.RunAsync("echo next")).Lines);
    }

    [Fact]
    public async Task Words_while_a_step_runs_change_nothing()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        LocalShell.Step step = shell.Begin("for i in 1 2 3 4 5; do echo $i; sleep 0.02; done; exit 5");
        while (!step.HasEnded)
        {
            await shell.PingAsync();
        }

        LocalShell.Answer answer = await step.Ended;
        Assert.Equal(5, answer.Status);
        Assert.Equal(["1", "2", "3", "4", "5"], answer.Lines);
    }
}
