using HostingDeploy.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>How the far end's shell ends, and its running step with it.</summary>
public sealed class ShellEndTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Hanging_up_ends_the_running_step()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        (_, int[] pids) = await Processes.StartAsync(shell);
        shell.CloseInput();
        await shell.EndedAsync();
        await Processes.GoneAsync(s_soon, pids);
    }

    [Fact]
    public async Task Hanging_up_is_told_apart_from_stopping()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        string file = Path.GetTempFileName();
        LocalShell.Step step = shell.Begin($"trap 'echo hangup >{file}; exit' HUP; trap 'echo stop >{file}; exit' TERM; echo ready; sleep 60 & wait");
        await step.Spoke;
        shell.CloseInput();
        await shell.EndedAsync();
        Assert.Equal("hangup\n", await File.ReadAllTextAsync(file));
        File.Delete(file);
    }

    [Fact]
    public async Task Silence_ends_the_shell_and_its_step()
    {
        using LocalShell shell = await LocalShell.StartAsync(silence: 1);
        (_, int[] pids) = await Processes.StartAsync(shell);
        await shell.EndedAsync();
        await Processes.GoneAsync(s_soon, pids);
    }

    [Fact]
    public async Task A_word_now_and_then_keeps_the_shell()
    {
        using LocalShell shell = await LocalShell.StartAsync(silence: 2);
        LocalShell.Step step = shell.Begin("sleep 2.5; echo done");
        while (!step.HasEnded)
        {
            await shell.PingAsync();
            await Task.Delay(200);
        }

        Assert.Equal(["done"], (await step.Ended).Lines);
    }
}
