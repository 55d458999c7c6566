using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>Much of everything.</summary>
public sealed class ShellVolumeTests
{
    [Fact]
    public async Task Runs_many_small_steps()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        for (int i = 0; i < 1000; i++)
        {
            LocalShell.Answer answer = await shell.RunAsync($"echo {i}; exit {i % 256}");
            Assert.Equal(i % 256, answer.Status);
            Assert.Equal([$"{i}"], answer.Lines);
        }

        Assert.Empty(shell.Strays);
    }

    [Fact]
    public async Task Takes_a_large_script()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        string text = string.Concat(Enumerable.Repeat("0123456789 äöü 'quoted' \"$no\" `no`\n", 5 * 1024 * 1024 / 37));
        var clock = Stopwatch.StartNew();
        LocalShell.Answer answer = await shell.RunAsync($"text={Remote.Shell.Quote(text)}; printf %s \"$text\" | sha256sum");
        Assert.Equal([Remote.Shell.Sha256(text)], answer.Lines);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"took {clock.Elapsed}");
    }

    [Fact]
    public async Task Streams_large_output_in_little_memory()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        const long Size = 50L * 1024 * 1024;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        LocalShell.Step step = shell.Begin($"head -c {Size} /dev/zero | tr '\\0' x", keepLines: false);
        Assert.Equal(0, (await step.Ended).Status);
        Assert.InRange(step.Characters, Size, Size + 2048);

        // Kept as text it would be twice its size; other tests run beside this one.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 40 * 1024 * 1024);

        // The far end keeps nothing of it either.
        string status = File.ReadAllText($"/proc/{shell.Pid}/status");
        string resident = status.Split('\n').Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        Assert.InRange(long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture), 0, 20_000);
    }
}
