using System.Diagnostics;
using HostingDeploy.Remote;
using HostingDeploy.Sessions;
using HostingDeploy.Tests.Identity;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>Steps and leases of several people in few shells, with the real shell.sh at the other end.</summary>
public sealed class RemoteShellsTests : IDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10);

    private readonly TempFolder _folder = new();
    private readonly List<ProcessTransport> _started = [];
    private readonly ShellPool _pool;
    private readonly RemoteShells _shells;

    public RemoteShellsTests() => (_pool, _shells) = Open(1);

    public void Dispose()
    {
        _pool.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Two_deployments_in_one_shell_hold_a_lock_each()
    {
        ShellLease cigar = await LockAsync("cigar", "one");
        ShellLease tobacco = await LockAsync("tobacco", "two");
        Assert.Equal(0, (await cigar.ReleaseAsync(" the-end"))!.ExitStatus);
        Assert.Equal((0, 2), (await TryAsync("cigar", "three"), await TryAsync("tobacco", "three")));
        Assert.Equal(0, (await tobacco.ReleaseAsync(" the-end"))!.ExitStatus);
        Assert.Equal(0, await TryAsync("tobacco", "four"));
        Assert.Equal(["one", "the-end", "three"], await File.ReadAllLinesAsync(_folder.At("cigar/journal.jsonl")));
        Assert.Equal(["two", "the-end", "four"], await File.ReadAllLinesAsync(_folder.At("tobacco/journal.jsonl")));
    }

    [Fact]
    public async Task A_refused_try_leaves_the_lock_to_its_holder()
    {
        ShellLease held = await LockAsync("cigar", "one");
        for (int i = 0; i < 3; i++)
        {
            await using ShellLease refused = await LockAsync("cigar", "other");
            Assert.Equal((2, "one"), (refused.Reply.ExitStatus, refused.Reply.Fact("owner")));
        }

        Assert.Equal(2, await TryAsync("cigar", "other"));
        Assert.Equal(0, (await held.ReleaseAsync())!.ExitStatus);
        Assert.Equal(0, await TryAsync("cigar", "other"));
    }

    [Fact]
    public async Task A_lock_is_let_go_at_once_while_the_shell_runs_somebody_elses_step()
    {
        ShellLease held = await LockAsync("cigar", "one");
        var spoken = new Words();
        Task<ShellReply> busy = _shells.RunAsync(new RemoteRequest("echo begun; sleep 60") { Output = spoken }, CancellationToken.None);
        await spoken.Spoke.WaitAsync(s_soon);
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, (await held.ReleaseAsync(" the-end").WaitAsync(s_soon))!.ExitStatus);
        Assert.Equal(0, await TryAsync("cigar", "two"));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
        Assert.False(busy.IsCompleted);
    }

    [Fact]
    public async Task What_a_step_tells_is_not_torn_by_what_the_shell_says()
    {
        Task<ShellReply> telling = _shells.RunAsync(
            new RemoteRequest("for i in {1..40}; do fact big \"$(head -c 200000 /dev/zero | tr '\\0' x)\"; done"), CancellationToken.None);
        while (!telling.IsCompleted)
        {
            Assert.Equal(0, (await _shells.LeaseAsync("fact word $RANDOM", "true", CancellationToken.None)).Reply.ExitStatus);
        }

        ShellReply reply = await telling;
        Assert.Equal(40, reply.All("big").Count(value => value == new string('x', 200_000)));
    }

    [Fact]
    public async Task A_lock_that_cannot_be_written_is_not_kept()
    {
        // The descriptor is open and locked when writing to it fails.
        await using ShellLease failed = await _shells.LeaseAsync($"journal_line() {{ return 1; }}; take_lock {_folder.At("cigar")} one one", "false", CancellationToken.None);
        Assert.Equal(1, failed.Reply.ExitStatus);
        var (pool, others) = Open(1);
        using (pool)
        {
            Assert.Equal(0, (await LockAsync("cigar", "two", others)).Reply.ExitStatus);
        }
    }

    [Fact]
    public async Task Two_plans_in_one_shell_have_a_folder_each()
    {
        ShellLease one = await _shells.LeaseAsync("open_scratch one", "drop_scratch one", CancellationToken.None);
        ShellLease two = await _shells.LeaseAsync("open_scratch two", "drop_scratch two", CancellationToken.None);
        string first = one.Reply.Fact("scratch")!, second = two.Reply.Fact("scratch")!;
        await one.DisposeAsync();
        Assert.Equal((false, true), (Directory.Exists(first), Directory.Exists(second)));
        _pool.Dispose();
        await Processes.GoneAsync(s_soon, _started[0].Pid);
        Directory.Delete(second, recursive: true);
    }

    [Fact]
    public async Task A_plans_folder_goes_with_the_shell()
    {
        ShellLease plan = await _shells.LeaseAsync("open_scratch one", "drop_scratch one", CancellationToken.None);
        _started[0].CloseInput();
        await Processes.GoneAsync(s_soon, _started[0].Pid);
        Assert.False(Directory.Exists(plan.Reply.Fact("scratch")));
    }

    [Fact]
    public async Task A_lock_whose_shell_was_killed_is_told_as_lost_and_is_free()
    {
        ShellLease held = await LockAsync("cigar", "one");
        Kill(0);
        await WaitAsync(held.Lost);
        Assert.Null(await held.ReleaseAsync(" the-end").WaitAsync(s_soon));
        Assert.Equal(0, await TryAsync("cigar", "two"));
    }

    [Fact]
    public async Task A_shell_that_ended_while_idle_is_replaced_unnoticed()
    {
        await RunAsync("true");
        Kill(0);
        Assert.Equal(0, (await RunAsync("true")).ExitStatus);
        Assert.Equal(2, _started.Count);
    }

    [Fact]
    public async Task A_step_whose_shell_was_killed_is_not_repeated()
    {
        var spoken = new Words();
        Task<ShellReply> step = _shells.RunAsync(new RemoteRequest($"echo x >>{_folder.At("runs")}; echo begun; sleep 60") { Output = spoken }, CancellationToken.None);
        await spoken.Spoke.WaitAsync(s_soon);
        Kill(0);
        ShellGoneException gone = await Assert.ThrowsAsync<ShellGoneException>(() => step.WaitAsync(s_soon));
        Assert.True(gone.HasBegun);
        Assert.Equal("x\n", await File.ReadAllTextAsync(_folder.At("runs")));
        Assert.Equal(0, (await RunAsync("true")).ExitStatus);
    }

    [Fact]
    public async Task Giving_up_what_waits_for_a_shell_is_heard_at_once()
    {
        Task<ShellReply> busy = _shells.RunAsync(new RemoteRequest("sleep 60"), CancellationToken.None);
        using var giveUp = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _shells.RunAsync(new RemoteRequest("true"), giveUp.Token).WaitAsync(s_soon));
        Assert.False(busy.IsCompleted);
    }

    [Fact]
    public async Task Closing_ends_who_runs_and_who_waits()
    {
        var spoken = new Words();
        Task<ShellReply> running = _shells.RunAsync(new RemoteRequest("echo begun; sleep 60") { Output = spoken }, CancellationToken.None);
        await spoken.Spoke.WaitAsync(s_soon);
        Task<ShellReply> waiting = RunAsync("true");
        _pool.Close(new ObjectDisposedException("session"));
        await Assert.ThrowsAsync<ShellGoneException>(() => running.WaitAsync(s_soon));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(s_soon));
        await Assert.ThrowsAsync<ShellPoolClosedException>(() => RunAsync("true"));
    }

    [Fact]
    public async Task A_limit_counts_from_the_beginning_of_the_step()
    {
        Task<ShellReply> first = RunAsync("sleep 2");
        ShellReply second = await _shells.RunAsync(new RemoteRequest("true") { Limit = TimeSpan.FromSeconds(1.5) }, CancellationToken.None);
        Assert.True(first.IsCompletedSuccessfully);
        Assert.Equal(0, second.ExitStatus);
        await Assert.ThrowsAsync<TimeoutException>(() => _shells.RunAsync(new RemoteRequest("sleep 60") { Limit = TimeSpan.FromSeconds(0.2) }, CancellationToken.None));
    }

    [Fact]
    public async Task A_receiver_that_fails_ends_its_own_step_and_nothing_else()
    {
        ShellLease held = await LockAsync("cigar", "one");
        string pids = _folder.At("pid");
        OutputRefusedException e = await Assert.ThrowsAsync<OutputRefusedException>(() => _shells.RunAsync(
            new RemoteRequest($"echo $BASHPID >{pids}; echo one; sleep 60; echo two") { Output = new FullDisk() }, CancellationToken.None).WaitAsync(s_soon));
        Assert.Equal("No space left on device", e.Message);
        await Processes.GoneAsync(s_soon, Processes.Read(await File.ReadAllLinesAsync(pids)));
        Assert.Equal(0, (await RunAsync("true").WaitAsync(s_soon)).ExitStatus);
        Assert.Single(_started);
        Assert.Equal(0, (await held.ReleaseAsync())!.ExitStatus);
    }

    [Fact]
    public async Task A_receiver_that_fails_at_what_is_told_ends_its_own_step_and_nothing_else()
    {
        ShellLease held = await LockAsync("cigar", "one");
        OutputRefusedException e = await Assert.ThrowsAsync<OutputRefusedException>(() => _shells.RunAsync(
            new RemoteRequest("fact waiting nginx; sleep 60") { Output = new Deaf() }, CancellationToken.None).WaitAsync(s_soon));
        Assert.Equal("deaf", e.Message);
        Assert.Equal(0, (await RunAsync("true").WaitAsync(s_soon)).ExitStatus);
        Assert.False(held.Lost.IsCancellationRequested);
        Assert.Single(_started);
    }

    [Fact]
    public async Task A_step_that_is_stopped_in_the_middle_of_what_it_tells_leaves_the_shell_to_others()
    {
        var spoken = new Words();
        using var giveUp = new CancellationTokenSource();
        Task<ShellReply> telling = _shells.RunAsync(
            new RemoteRequest("echo begun; printf '%s F %d big 100000\nhalf of it' $HD_NONCE $HD_ID; sleep 60") { Output = spoken }, giveUp.Token);
        await spoken.Spoke.WaitAsync(s_soon);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => telling.WaitAsync(s_soon));
        ShellReply next = await RunAsync("fact next 1").WaitAsync(s_soon);
        Assert.Equal("1", next.Fact("next"));
        Assert.Single(_started);
    }

    [Fact]
    public async Task A_limit_does_not_count_what_the_shell_is_busy_with_before()
    {
        await RunAsync("true");
        Task<ShellLease> busy = _shells.LeaseAsync($": >{_folder.At("busy")}; sleep 2", "true", CancellationToken.None);
        while (!File.Exists(_folder.At("busy")))
        {
            await Task.Delay(10);
        }

        ShellReply reply = await _shells.RunAsync(new RemoteRequest("true") { Limit = TimeSpan.FromSeconds(0.5) }, CancellationToken.None).WaitAsync(s_soon);
        Assert.Equal(0, reply.ExitStatus);
        Assert.Equal(0, (await busy.WaitAsync(s_soon)).Reply.ExitStatus);
    }

    [Fact]
    public async Task A_lock_that_was_being_taken_when_its_shell_was_killed_does_not_pass_for_the_next_ones()
    {
        Assert.Equal(0, (await _shells.LeaseAsync("systemctl() { [ $1 != stop ] || { echo stopping >>" + _folder.At("calls") + "; sleep 1; }; }", "true", CancellationToken.None)).Reply.ExitStatus);
        Task<ShellLease> taking = LockAsync("cigar", "one");
        while (!File.Exists(_folder.At("calls")))
        {
            await Task.Delay(10);
        }

        Kill(0);
        await Assert.ThrowsAsync<ShellGoneException>(() => taking.WaitAsync(s_soon));
        var (pool, others) = Open(1);
        using (pool)
        {
            ShellLease second = await LockAsync("cigar", "two", others);
            Assert.Equal(0, second.Reply.ExitStatus);
            await Task.Delay(1500);
            Assert.Equal("two", (await LockAsync("cigar", "three")).Reply.Fact("owner"));
            Assert.Equal(["two"], await File.ReadAllLinesAsync(_folder.At("cigar/journal.jsonl")));
        }
    }

    [Fact]
    public async Task Giving_up_while_a_lock_is_taken_leaves_none()
    {
        for (int delay = 0; delay < 40; delay += 4)
        {
            using var giveUp = new CancellationTokenSource(delay);
            try
            {
                await using ShellLease taken = await LockAsync("cigar", "one", token: giveUp.Token);
            }
            catch (OperationCanceledException)
            {
                // Whether it was taken by then or not, nobody has it.
            }

            Assert.Equal(0, await TryAsync("cigar", "two"));
        }
    }

    [Fact]
    public async Task Whoever_takes_the_lock_next_waits_for_a_step_that_was_given_up()
    {
        var (pool, shells) = Open(2);
        using ShellPool two = pool;
        string state = _folder.At("cigar"), beat = _folder.At("beat");
        Directory.CreateDirectory(state);
        var spoken = new Words();

        // The step runs in another shell than the one that has the lock.
        ShellLease held = await LockAsync("cigar", "one", shells);
        Task<ShellReply> busy = shells.RunAsync(new RemoteRequest("sleep 60"), CancellationToken.None);
        using var giveUp = new CancellationTokenSource();
        Task<ShellReply> step = shells.RunAsync(
            new RemoteRequest($"STATE={state} DEPLOYMENT=one PLAN=; journal_step Clone; trap '' TERM; echo begun; while :; do date +%s%N >{beat}; sleep 0.05; done") { Output = spoken }, giveUp.Token);
        await spoken.Spoke.WaitAsync(s_soon);
        giveUp.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => step);
        await held.DisposeAsync();
        ShellLease next = await LockAsync("cigar", "two", shells);
        Assert.Equal(0, next.Reply.ExitStatus);
        string last = await File.ReadAllTextAsync(beat);
        await Task.Delay(500);
        Assert.Equal(last, await File.ReadAllTextAsync(beat));
        Assert.False(busy.IsCompleted);
    }

    private static async Task WaitAsync(CancellationToken token)
    {
        try
        {
            await Task.Delay(s_soon, token);
            throw new TimeoutException();
        }
        catch (OperationCanceledException)
        {
            // That is what was waited for.
        }
    }

    private void Kill(int shell) => Process.GetProcessById(_started[shell].Pid).Kill();

    private Task<ShellReply> RunAsync(string script) => _shells.RunAsync(new RemoteRequest(script), CancellationToken.None);

    private Task<ShellLease> LockAsync(string app, string deployment, RemoteShells? shells = null, CancellationToken token = default)
    {
        string whose = $"{_folder.At(app)} {deployment}";
        return (shells ?? _shells).LeaseAsync($"take_lock {whose} {deployment}", $"drop_lock {whose}", token);
    }

    /// <summary>The status with which it is taken, and let go when it is.</summary>
    private async Task<int> TryAsync(string app, string deployment)
    {
        await using ShellLease lease = await LockAsync(app, deployment);
        return lease.Reply.ExitStatus;
    }

    private (ShellPool Pool, RemoteShells Shells) Open(int most)
    {
        var pool = new ShellPool(
            async token =>
            {
                ProcessTransport transport = new ProcessTransport().Start();
                _started.Add(transport);
                return await ShellClient.OpenAsync(transport, "here", null, () => null, RemoteLibrary.Functions, token);
            },
            most,
            TimeSpan.Zero);
        return (pool, new RemoteShells(pool));
    }

    private sealed class Words : IRemoteOutput
    {
        private readonly TaskCompletionSource _spoke = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Spoke => _spoke.Task;

        public void Add(ReadOnlySpan<byte> bytes) => _spoke.TrySetResult();

        public void Fact(string name, string value) => _spoke.TrySetResult();

        public void End()
        {
            // Nobody asks for it.
        }
    }

    private sealed class Deaf : IRemoteOutput
    {
        public void Add(ReadOnlySpan<byte> bytes)
        {
            // What it prints is no trouble.
        }

        public void Fact(string name, string value) => throw new IOException("deaf");

        public void End()
        {
            // Neither is its end.
        }
    }

    private sealed class FullDisk : IRemoteOutput
    {
        public void Add(ReadOnlySpan<byte> bytes) => throw new IOException("No space left on device");

        public void End() => throw new IOException("No space left on device");
    }
}
