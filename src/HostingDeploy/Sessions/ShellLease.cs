namespace HostingDeploy.Sessions;

/// <summary>Something that a remote shell holds for somebody (a lock, a folder) until it is let go or the shell ends.</summary>
internal sealed class ShellLease : IAsyncDisposable
{
    /// <summary>How long somebody who gave up waits for it to be let go.</summary>
    private static readonly TimeSpan s_parting = TimeSpan.FromMilliseconds(400);

    private readonly IShell _shell;
    private readonly string _release;
    private readonly CancellationToken _givenUp;
    private readonly CancellationTokenSource _lost = new();
    private Task<ShellReply?>? _released;

    internal ShellLease(IShell shell, string release, ShellReply reply, CancellationToken givenUp)
    {
        _shell = shell;
        _release = release;
        _givenUp = givenUp;
        Reply = reply;
        if (IsHeld)
        {
            _ = shell.Ended.ContinueWith(_ => Lose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>What the shell answered when it was asked for it.</summary>
    internal ShellReply Reply { get; set; }

    /// <summary>Cancelled when the shell has ended that holds it: somebody else may have it by now.</summary>
    internal CancellationToken Lost => _lost.Token;

    private bool IsHeld => Reply.ExitStatus == 0;

    /// <summary>Lets go, with something added to the line that does it. It is seen through also when nobody waits for it any more.</summary>
    /// <returns>What the shell answered; null when it is gone, and what it held with it.</returns>
    /// <exception cref="TimeoutException">Somebody who gave up does not wait long.</exception>
    internal async Task<ShellReply?> ReleaseAsync(string more = "")
    {
        Task<ShellReply?>? released;
        lock (_lost)
        {
            released = _released ??= IsHeld ? LetGoAsync(_shell, _release + more) : Task.FromResult<ShellReply?>(Reply);
        }

        try
        {
            return await released.WaitAsync(_givenUp).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return await released.WaitAsync(s_parting).ConfigureAwait(false);
        }
    }

    /// <summary>Lets go, if that was not done yet.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It is let go as soon as the shell gets to it.
        }
    }

    /// <summary>Lets go of what was asked for and is not waited for any more: the shell does one after the other.</summary>
    internal static Task AbandonAsync(IShell shell, string release) => Task.WhenAny(LetGoAsync(shell, release), Task.Delay(s_parting));

    private static async Task<ShellReply?> LetGoAsync(IShell shell, string release)
    {
        try
        {
            return await shell.EvaluateAsync(release).ConfigureAwait(false);
        }
        catch (ShellGoneException)
        {
            return null;
        }
    }

    private void Lose()
    {
        lock (_lost)
        {
            if (_released is not null)
            {
                return;
            }
        }

        _lost.Cancel();
    }
}
