using System.Diagnostics;
using HostingDeploy.Deployments;
using HostingDeploy.Sessions;
using HostingDeploy.Tests.Identity;
using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Deployments;

/// <summary>A command on this machine, and all it starts.</summary>
public sealed class LocalCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _lines = [];

    private string Folder => _folder.Root;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_told_its_folder_and_variables_and_its_output_comes_line_by_line()
    {
        (int status, IReadOnlyList<string> tail) = await RunAsync("pwd; echo \"$HOSTING_APP\" >&2; cat", new KeyValuePair<string, string>("HOSTING_APP", "it's \"$x\""));
        Assert.Equal(0, status);
        Assert.Equal(new[] { Folder, "it's \"$x\"" }, _lines.Order(StringComparer.Ordinal));
        Assert.Equal(_lines, tail);
    }

    [Fact]
    public async Task Its_first_failure_ends_it()
    {
        (int status, IReadOnlyList<string> tail) = await RunAsync("echo one\nfalse\necho two");
        Assert.Equal((1, "one"), (status, Assert.Single(tail)));
        Assert.Equal(7, (await RunAsync("exit 7")).Status);
    }

    [Fact]
    public async Task Only_the_last_lines_are_kept()
    {
        (_, IReadOnlyList<string> tail) = await RunAsync("i=0; while [ $i -lt 100 ]; do echo $i; i=$((i + 1)); done");
        Assert.Equal(100, _lines.Count);
        Assert.Equal((40, "60", "99"), (tail.Count, tail[0], tail[^1]));
    }

    [Fact]
    public async Task A_receiver_that_fails_ends_it()
    {
        Task run = LocalCommand.RunAsync("echo one; while :; do echo more; done", Folder, [], _ => throw new IOException("No space left on device"), CancellationToken.None);
        await Assert.ThrowsAsync<OutputRefusedException>(() => run.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Giving_up_ends_everything_it_started()
    {
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource<int>();
        Task run = LocalCommand.RunAsync("sh -c 'sh -c \"echo \\$\\$; exec sleep 60\"; true'; true", Folder, [], line => started.TrySetResult(int.Parse(line, null)), stop.Token);
        int sleeper = await started.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(20)));
        await Processes.GoneAsync(TimeSpan.FromSeconds(20), sleeper);
    }

    [Fact]
    public async Task Something_left_in_the_background_is_not_waited_for()
    {
        var clock = Stopwatch.StartNew();
        (int status, IReadOnlyList<string> tail) = await RunAsync("sleep 20 & echo $!");
        using (var left = Process.GetProcessById(int.Parse(tail[0], null)))
        {
            left.Kill();
        }

        Assert.Equal(0, status);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 15);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_failure_with_a_reason()
    {
        (int status, IReadOnlyList<string> tail) = await LocalCommand.RunAsync("true", _folder.At("none"), [], _lines.Add, CancellationToken.None);
        Assert.NotEqual(0, status);
        Assert.NotEmpty(tail);
    }

    private Task<(int Status, IReadOnlyList<string> Tail)> RunAsync(string command, params KeyValuePair<string, string>[] environment) =>
        LocalCommand.RunAsync(command, Folder, environment, _lines.Add, CancellationToken.None);
}
