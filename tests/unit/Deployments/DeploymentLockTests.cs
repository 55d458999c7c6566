using HostingDeploy.Deployments;
using HostingDeploy.Sessions;
using HostingDeploy.Steps;
using HostingDeploy.Tests.Steps;
using Xunit;

namespace HostingDeploy.Tests.Deployments;

/// <summary>What a deployment does with its lock, and what it says when it has it no more.</summary>
public sealed class DeploymentLockTests
{
    private static readonly LockOwner s_me = new("d1", "deploy", "me@here", DateTimeOffset.UnixEpoch, "main", false);

    private readonly FakeRemote _remote = new();

    private StepContext Context => Apps.Context() with { Remote = _remote };

    [Fact]
    public async Task Its_end_is_written_with_the_release()
    {
        List<string> asked = Listen();
        ShellLease lease = await TakeAsync();
        await DeploymentLock.EndAsync(lease, Apps.Cigar, "d1");
        await lease.DisposeAsync();
        Assert.Equal("""drop_lock '/var/lib/hosting/cigar' 'd1' '{"deployment":"d1","end":true}'""", Assert.Single(asked));
    }

    [Fact]
    public async Task One_that_did_not_come_to_its_end_has_none()
    {
        List<string> asked = Listen();
        await (await TakeAsync()).DisposeAsync();
        Assert.Equal("drop_lock '/var/lib/hosting/cigar' 'd1'", Assert.Single(asked));
    }

    [Fact]
    public async Task An_end_that_could_not_be_written_is_no_success()
    {
        _remote.Shell.Evaluate = _ => Task.FromResult(Apps.Reply(1, ["No space left on device"]));
        DeployException e = await Assert.ThrowsAsync<DeployException>(async () => await DeploymentLock.EndAsync(await TakeAsync(), Apps.Cigar, "d1"));
        Assert.Equal("JournalNotWritten", e.ErrorId);
        Assert.EndsWith("No space left on device", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_that_went_before_the_end_is_no_success()
    {
        _remote.Shell.Evaluate = _ => throw new ShellGoneException("it ended", begun: false, null);
        DeployException e = await Assert.ThrowsAsync<DeployException>(async () => await DeploymentLock.EndAsync(await TakeAsync(), Apps.Cigar, "d1"));
        Assert.Equal("LockLost", e.ErrorId);
    }

    [Fact]
    public async Task What_the_lock_is_for_is_stopped_when_it_is_lost()
    {
        ShellLease lease = await TakeAsync();
        Task<int> work = DeploymentLock.WhileAsync(lease, Context, ForeverAsync, CancellationToken.None);
        _remote.Shell.Break();
        DeployException e = await Assert.ThrowsAsync<DeployException>(() => work.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("LockLost", e.ErrorId);
    }

    [Fact]
    public async Task A_lost_connection_is_told_by_what_it_cut_off()
    {
        ShellLease lease = await TakeAsync();
        var step = new TaskCompletionSource<int>();
        Task<int> work = DeploymentLock.WhileAsync(lease, Context, stop => step.Task.WaitAsync(stop), CancellationToken.None);
        _remote.IsGone = true;
        _remote.Shell.Break();
        await Task.Delay(300);
        step.SetException(new InvalidOperationException("Step 4 was cut off"));
        Assert.Equal("Step 4 was cut off", (await Assert.ThrowsAsync<InvalidOperationException>(() => work)).Message);
    }

    [Fact]
    public async Task What_does_not_notice_a_lost_connection_is_stopped()
    {
        ShellLease lease = await TakeAsync();
        Task<int> work = DeploymentLock.WhileAsync(lease, Context, ForeverAsync, CancellationToken.None);
        _remote.IsGone = true;
        _remote.Shell.Break();
        DeployException e = await Assert.ThrowsAsync<DeployException>(() => work.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("ConnectionLost", e.ErrorId);
    }

    [Fact]
    public async Task A_person_who_gives_up_is_not_told_of_a_lock()
    {
        using var giveUp = new CancellationTokenSource(50);
        ShellLease lease = await TakeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DeploymentLock.WhileAsync(lease, Context, ForeverAsync, giveUp.Token));
    }

    [Theory]
    [InlineData(2, "DeploymentLocked")]
    [InlineData(3, "DeploymentLocked")]
    [InlineData(4, "ResumeOvertaken")]
    [InlineData(1, "LockNotTaken")]
    public async Task One_that_was_not_got_is_an_error_and_holds_nothing(int status, string errorId)
    {
        _remote.Take = () => Apps.Reply(status);
        _remote.Shell.Evaluate = _ => throw new InvalidOperationException("nothing is to be let go");
        Assert.Equal(errorId, (await Assert.ThrowsAsync<DeployException>(TakeAsync)).ErrorId);
    }

    [Fact]
    public async Task Who_waits_is_told_once_for_whom()
    {
        int asked = 0;
        _remote.Take = () => ++asked < 3 ? Apps.Reply(2, ("owner", (s_me with { Deployment = "d0", Who = "other@there" }).ToJson() + "\nClone")) : Apps.Reply(0);
        var told = new List<string>();
        await using ShellLease lease = await DeploymentLock.TakeAsync(Context with { OnWaiting = told.Add }, s_me, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.Equal((0, 3), (lease.Reply.ExitStatus, asked));
        Assert.Matches("^the lock: cigar is being deployed by other@there since .* now at Clone\\)", Assert.Single(told));
        _remote.Shell.Evaluate = _ => Task.FromResult(Apps.Reply(0));
    }

    /// <summary>What the shell is asked for itself from now on.</summary>
    private List<string> Listen()
    {
        var asked = new List<string>();
        _remote.Shell.Evaluate = script =>
        {
            asked.Add(script);
            return Task.FromResult(Apps.Reply(0));
        };
        return asked;
    }

    private static async Task<int> ForeverAsync(CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop);
        return 0;
    }

    private Task<ShellLease> TakeAsync() => DeploymentLock.TakeAsync(Context, s_me, TimeSpan.Zero, CancellationToken.None);
}
