namespace HostingDeploy.Sessions;

/// <summary>
/// The shells of a session, and those who wait for one. A shell runs one step at a time; who comes first is served first, and
/// while somebody waits the pool opens more, as many as it may have. Nobody holds one while waiting for another.
/// </summary>
/// <param name="open">Opens a shell; fails with <see cref="ShellRefusedException"/> when the server allows no more of them.</param>
/// <param name="most">As many shells may be open at a time.</param>
/// <param name="askAgain">How long a server may count a shell that has just ended (sshd, MaxSessions); then it is asked again, some times.</param>
internal sealed class ShellPool(Func<CancellationToken, Task<IShell>> open, int most, TimeSpan askAgain) : IDisposable
{
    private const int MostTries = 20;

    private readonly object _gate = new();
    private readonly List<IShell> _shells = [];
    private readonly Stack<IShell> _quiet = new();
    private readonly LinkedList<TaskCompletionSource<IShell>> _waiting = new();
    private readonly CancellationTokenSource _closing = new();
    private int _most = most;
    private bool _isOpening;
    private int _next;
    private bool _hadOne;
    private Exception? _closed;

    /// <summary>All shells that are open.</summary>
    internal IReadOnlyList<IShell> Shells
    {
        get
        {
            lock (_gate)
            {
                return [.. _shells];
            }
        }
    }

    /// <summary>A shell that runs nothing, for a step. It is given back with <see cref="Return"/>.</summary>
    internal async Task<IShell> RentAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource<IShell>> waiter;
        lock (_gate)
        {
            ThrowIfClosed();
            while (_quiet.TryPop(out IShell? quiet))
            {
                if (!quiet.Ended.IsCompleted)
                {
                    return quiet;
                }
            }

            waiter = _waiting.AddLast(new TaskCompletionSource<IShell>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        OpenMore();
        using CancellationTokenRegistration givenUp = cancellationToken.UnsafeRegister((_, token) => Leave(waiter, token), null);
        return await waiter.Value.Task.ConfigureAwait(false);
    }

    /// <summary>Takes a shell back as soon as nothing runs in it any more, and gives it to who waits longest.</summary>
    internal void Return(IShell shell)
    {
        Task quiet = shell.Quiet;
        if (quiet.IsCompleted)
        {
            Serve(shell);
        }
        else
        {
            _ = quiet.ContinueWith(_ => Serve(shell), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>A shell for something beside its steps. It may run one, and is not to be returned.</summary>
    internal async Task<IShell> AnyAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            IShell[] able = [.. _shells.Where(s => !s.Ended.IsCompleted)];
            if (able.Length > 0)
            {
                // One after the other: should one end, not all that is leased goes with it.
                return able[_next++ % able.Length];
            }
        }

        IShell rented = await RentAsync(cancellationToken).ConfigureAwait(false);
        Return(rented);
        return rented;
    }

    /// <summary>Ends all shells, and the waiting of whoever waits.</summary>
    internal void Close(Exception why)
    {
        TaskCompletionSource<IShell>[] waiting;
        IShell[] shells;
        lock (_gate)
        {
            if (_closed is not null)
            {
                return;
            }

            _closed = why;
            waiting = [.. _waiting];
            _waiting.Clear();
            shells = [.. _shells];
            _shells.Clear();
            _quiet.Clear();
        }

        _closing.Cancel();
        Array.ForEach(waiting, w => w.TrySetException(why));
        Array.ForEach(shells, s => s.Dispose());
    }

    public void Dispose()
    {
        Close(new ObjectDisposedException(nameof(ShellPool)));
        _closing.Dispose();
    }

    private void ThrowIfClosed()
    {
        if (_closed is { } why)
        {
            throw new ShellPoolClosedException(why);
        }
    }

    private void Leave(LinkedListNode<TaskCompletionSource<IShell>> waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (waiter.List is null)
            {
                return;
            }

            _waiting.Remove(waiter);
        }

        waiter.Value.TrySetCanceled(cancellationToken);
    }

    private void Serve(IShell shell)
    {
        TaskCompletionSource<IShell> first;
        lock (_gate)
        {
            if (shell.Ended.IsCompleted || _closed is not null)
            {
                // Whoever watches over it takes it out.
                return;
            }

            if (_waiting.First is not { } node)
            {
                _quiet.Push(shell);
                return;
            }

            _waiting.Remove(node);
            first = node.Value;
        }

        first.SetResult(shell);
    }

    /// <summary>Opens another one, if somebody waits for it: one at a time, so that a server is asked for one too many, and not for three.</summary>
    private void OpenMore()
    {
        lock (_gate)
        {
            if (_isOpening || _waiting.Count == 0 || _shells.Count >= _most)
            {
                return;
            }

            _isOpening = true;
        }

        _ = OpenAsync(MostTries);
    }

    private async Task OpenAsync(int tries)
    {
        IShell shell;
        try
        {
            shell = await open(_closing.Token).ConfigureAwait(false);
        }
        catch (ShellRefusedException e)
        {
            await RefusedAsync(e, tries).ConfigureAwait(false);
            return;
        }
        catch (Exception e)
        {
            NotOpened(e);
            return;
        }

        bool isLate;
        lock (_gate)
        {
            _isOpening = false;
            isLate = _closed is not null;
            if (!isLate)
            {
                _hadOne = true;
                _shells.Add(shell);
            }
        }

        if (isLate)
        {
            shell.Dispose();
            return;
        }

        _ = shell.Ended.ContinueWith(_ => Forget(shell), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        Serve(shell);
        OpenMore();
    }

    private async Task RefusedAsync(ShellRefusedException refusal, int tries)
    {
        lock (_gate)
        {
            if (_shells.Count > 0)
            {
                // Nobody asks again for more: the server's limit stays what it is as long as the connection.
                _isOpening = false;
                _most = _shells.Count;
                return;
            }

            tries = _hadOne && _closed is null ? tries : 0;
        }

        if (tries == 0)
        {
            NotOpened(refusal.InnerException!);
            return;
        }

        await Task.Delay(askAgain, CancellationToken.None).ConfigureAwait(false);
        await OpenAsync(tries - 1).ConfigureAwait(false);
    }

    /// <summary>Those who wait are served by the other shells; without any, they are told.</summary>
    private void NotOpened(Exception why)
    {
        TaskCompletionSource<IShell>[] waiting = [];
        lock (_gate)
        {
            _isOpening = false;
            if (_shells.Count == 0)
            {
                waiting = [.. _waiting];
                _waiting.Clear();
            }
        }

        Array.ForEach(waiting, w => w.TrySetException(why));
    }

    private void Forget(IShell shell)
    {
        lock (_gate)
        {
            if (!_shells.Remove(shell))
            {
                return;
            }
        }

        OpenMore();
        shell.Dispose();
    }
}

/// <summary>The server opens no further shell on this connection.</summary>
internal sealed class ShellRefusedException(Exception reason) : Exception(reason.Message, reason);

/// <summary>There are no shells any more, and there will be none.</summary>
internal sealed class ShellPoolClosedException(Exception why) : IOException(why.Message, why);
