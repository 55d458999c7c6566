using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>What /proc says about processes that a step started.</summary>
internal static class Processes
{
    /// <summary>Whether the process runs; one that has ended and waits to be reaped does not.</summary>
    internal static bool IsRunning(int pid)
    {
        try
        {
            // proc(5): the state is the first field after the name, which stands in parentheses.
            string stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits until none of them runs, and tells how long that took.</summary>
    internal static async Task<TimeSpan> GoneAsync(TimeSpan limit, params int[] pids)
    {
        var clock = Stopwatch.StartNew();
        while (pids.Any(IsRunning))
        {
            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"Still running after {limit.TotalSeconds} s: {string.Join(' ', pids.Where(IsRunning))}");
            }

            await Task.Delay(20);
        }

        return clock.Elapsed;
    }

    /// <summary>The process ids a step printed, one a line.</summary>
    internal static int[] Read(IEnumerable<string> lines) => [.. lines.Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

    /// <summary>Starts a step that waits, with a child and a grandchild.</summary>
    internal static async Task<(LocalShell.Step Step, int[] Pids)> StartAsync(LocalShell shell)
    {
        string file = Path.GetTempFileName();
        LocalShell.Step step = shell.Begin($"(sleep 60 & echo $! >>{file}; echo $BASHPID >>{file}; wait) & sleep 60 & echo $! >>{file}; echo $BASHPID >>{file}; until [ $(wc -l <{file}) = 4 ]; do sleep 0.02; done; echo ready; wait");
        await step.Spoke;
        int[] pids = Read(await File.ReadAllLinesAsync(file));
        File.Delete(file);
        Assert.All(pids, pid => Assert.True(IsRunning(pid)));
        return (step, pids);
    }
}
