using System.Management.Automation;

namespace HostingDeploy;

using HostingDeploy.Sessions;

/// <summary>
/// One authenticated SSH connection to one server, opened once and shared by every cmdlet, also by parallel runspaces.
/// Whoever opened it closes it, with Remove-DeploySession.
/// </summary>
public sealed class DeploySession : IDisposable
{
    private const int MostChannels = 4;
    private const int BeatMilliseconds = 1_000;
    private const int BeatsPerPing = 4;
    private const int DeadAfterMilliseconds = 15_000;

    private const int PartingMilliseconds = 400;

    private static int s_lastId;

    private readonly SshLink _link;
    private readonly Func<string?> _sudoPassword;
    private readonly string _library;
    private readonly List<ShellChannel> _channels = [];
    private readonly Stack<ShellChannel> _idle = new();
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly Timer _heart;
    private int _most = MostChannels;
    private int _steps;
    private int _beats;
    private bool _closed;
    private string? _lost;

    internal DeploySession(SessionTarget target, SshLink link, Func<string?> sudoPassword, string library)
    {
        Id = Interlocked.Increment(ref s_lastId);
        Name = target.Name;
        HostName = target.Settings.HostName;
        Port = target.Settings.Port;
        User = target.Settings.User;
        _link = link;
        link.ReadersAreBehind(() => Channels().Any(c => c.IsBehind));
        _sudoPassword = sudoPassword;
        _library = library;
        _free = new SemaphoreSlim(MostChannels, MostChannels);
        _heart = new Timer(_ => Beat(), null, BeatMilliseconds, BeatMilliseconds);
    }

    /// <summary>Number of the session in this process.</summary>
    public int Id { get; }

    /// <summary>The server's name in hosting.yml, or the name it was connected by.</summary>
    public string Name { get; }

    /// <summary>The address connected to.</summary>
    public string HostName { get; }

    /// <summary>The TCP port connected to.</summary>
    public int Port { get; }

    /// <summary>The login user.</summary>
    public string User { get; }

    /// <summary>Open, Lost or Closed.</summary>
    public DeploySessionState State => _closed ? DeploySessionState.Closed : _lost is not null ? DeploySessionState.Lost : DeploySessionState.Open;

    /// <summary>What the session has cost so far.</summary>
    public SessionStatistics Statistics => new(_steps, _link.Wire.RoundTrips, _link.Wire.BytesSent, _link.Wire.BytesReceived);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Closes the connection; steps still running are stopped by the far end.</summary>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _heart.Dispose();
        foreach (ShellChannel channel in Channels())
        {
            channel.Fail(new ObjectDisposedException(nameof(DeploySession)));
        }

        _link.Dispose();
    }

    /// <summary>Opens the first shell, so that the first step costs one round trip.</summary>
    internal async Task OpenShellAsync(CancellationToken cancellationToken) => GiveBack(await TakeAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Runs the script as root on the server, in one round trip.</summary>
    internal Task<ShellReply> RunAsync(string script, Action<string>? onLine, CancellationToken cancellationToken) =>
        RunAsync(script, onLine is null ? null : new LineReader(onLine), cancellationToken);

    /// <summary>Runs the script as root on the server, in one round trip, with its output as it is.</summary>
    internal async Task<ShellReply> RunAsync(string script, IRemoteOutput? output, CancellationToken cancellationToken)
    {
        ShellChannel channel = await TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Interlocked.Increment(ref _steps);
            return await channel.RunAsync(script, output, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            throw Lost(e);
        }
        finally
        {
            GiveBack(channel);
        }
    }

    /// <summary>
    /// Evaluates the script in one of the session's shells, and <paramref name="release"/> in the same one when disposed of.
    /// What the script locks stays locked until then, and no longer than the connection lives.
    /// </summary>
    internal async Task<ShellHold> HoldAsync(string script, string release, CancellationToken cancellationToken)
    {
        ShellChannel channel = await TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Interlocked.Increment(ref _steps);
            ShellReply reply = await channel.EvaluateAsync(script, cancellationToken).ConfigureAwait(false);
            return new ShellHold(reply, release, letGo => LetGoAsync(channel, letGo, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // It takes hold all the same; nobody may find it locked by somebody who has gone home.
            _ = EvaluateOnAsync(channel, release);
            throw;
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            throw Lost(e);
        }
        finally
        {
            GiveBack(channel);
        }
    }

    /// <summary>Lets go. Somebody who gave up does not wait for it: it is done as soon as the stopped step is gone.</summary>
    private async Task LetGoAsync(ShellChannel channel, string release, CancellationToken givenUp)
    {
        Task done = EvaluateOnAsync(channel, release);
        await Task.WhenAny(done, Task.Delay(givenUp.IsCancellationRequested ? PartingMilliseconds : Timeout.Infinite, CancellationToken.None)).ConfigureAwait(false);
    }

    private async Task EvaluateOnAsync(ShellChannel wanted, string script)
    {
        var others = new List<ShellChannel>();
        try
        {
            while (State == DeploySessionState.Open)
            {
                ShellChannel channel = await TakeAsync(CancellationToken.None).ConfigureAwait(false);
                others.Add(channel);
                if (channel == wanted)
                {
                    await channel.EvaluateAsync(script, CancellationToken.None).ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (Exception e) when (IsConnectionFailure(e) || e is DeployException)
        {
            // With the connection went the shell, and with the shell what it held.
        }
        finally
        {
            others.ForEach(GiveBack);
        }
    }

    private static bool IsConnectionFailure(Exception e) => e is IOException or ObjectDisposedException or Renci.SshNet.Common.SshException;

    private async Task<ShellChannel> TakeAsync(CancellationToken cancellationToken)
    {
        ThrowIfGone();
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await TakeIdleAsync(cancellationToken).ConfigureAwait(false) is { } idle)
            {
                return idle;
            }

            await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await TakeIdleAsync(cancellationToken).ConfigureAwait(false) ?? await OpenChannelAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _opening.Release();
            }
        }
        catch (RefusedChannelException)
        {
            // sshd allows no more of them (MaxSessions): this place is gone, wait for one of the others.
            return await TakeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            _free.Release();
            throw Lost(e);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    /// <summary>A shell that has nothing to do, as soon as the step stopped in it last is gone.</summary>
    private async Task<ShellChannel?> TakeIdleAsync(CancellationToken cancellationToken)
    {
        while (TryTakeIdle() is { } channel)
        {
            try
            {
                await channel.QuietAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                return channel;
            }
            catch (Exception e) when (IsConnectionFailure(e))
            {
                // It ended by itself. That is no reason to give the connection up.
                Forget(channel);
            }
            catch
            {
                PutAway(channel);
                throw;
            }
        }

        return null;
    }

    private ShellChannel? TryTakeIdle()
    {
        lock (_idle)
        {
            return _idle.TryPop(out ShellChannel? channel) ? channel : null;
        }
    }

    private async Task<ShellChannel> OpenChannelAsync(CancellationToken cancellationToken)
    {
        if (Channels().Length >= _most)
        {
            throw new RefusedChannelException();
        }

        ShellChannel channel;
        try
        {
            channel = await ShellChannel.OpenAsync(_link.Client, Name, User == "root", _sudoPassword, _library, cancellationToken).ConfigureAwait(false);
        }
        catch (Renci.SshNet.Common.SshException e) when (e.GetType() == typeof(Renci.SshNet.Common.SshException) && _link.Client.IsConnected)
        {
            // Nobody asks sshd twice: its limit stays what it is as long as the connection.
            _most = Channels().Length;
            throw _most > 0 ? new RefusedChannelException() : ShellErrors.Refused(Name, e);
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            throw Lost(e);
        }

        lock (_channels)
        {
            _channels.Add(channel);
        }

        return channel;
    }

    private void GiveBack(ShellChannel channel)
    {
        PutAway(channel);
        _free.Release();
    }

    private void PutAway(ShellChannel channel)
    {
        if (channel.IsBroken)
        {
            Forget(channel);
            return;
        }

        lock (_idle)
        {
            _idle.Push(channel);
        }
    }

    private void Forget(ShellChannel channel)
    {
        lock (_channels)
        {
            _channels.Remove(channel);
        }
    }

    private ShellChannel[] Channels()
    {
        lock (_channels)
        {
            return [.. _channels];
        }
    }

    private void Beat()
    {
        bool ping = Interlocked.Increment(ref _beats) % BeatsPerPing == 0;
        foreach (ShellChannel channel in Channels())
        {
            if (channel.SilentFor > DeadAfterMilliseconds)
            {
                _lost ??= $"nothing was heard from {Name} for {DeadAfterMilliseconds / 1000} s";
                channel.Fail(new IOException(_lost));
                _link.Wire.Dispose();
            }
            else if (ping)
            {
                // A full socket buffer may block the write; the timer must go on beating meanwhile.
                _ = Task.Run(channel.Ping);
            }
        }

        if (_lost is null && !_closed && !_link.Client.IsConnected)
        {
            // Also while nobody asks for anything: whoever looks for an open session must not be given this one.
            _lost = _link.Wire.Ended ?? "it ended";
        }
    }

    private void ThrowIfGone()
    {
        if (_closed)
        {
            throw Closed();
        }

        if (_lost is not null)
        {
            throw Lost(new IOException(_lost));
        }
    }

    private DeployException Lost(Exception cause)
    {
        if (_closed)
        {
            return Closed(cause);
        }

        if (!_link.Client.IsConnected)
        {
            _lost ??= _link.Wire.Ended ?? cause.Message;
        }

        return new DeployException(
            "ConnectionLost", ErrorCategory.ConnectionError, $"The connection to {Name} was lost: {(_lost ?? cause.Message).TrimEnd('.')}.",
            Name, "Nothing is repeated on its own. Run the same command again: it looks at what is there and goes on from it.", cause);
    }

    private DeployException Closed(Exception? cause = null) => new(
        "SessionClosed", ErrorCategory.InvalidOperation, $"The session to {Name} is closed.", Name, $"New-DeploySession {Name}", cause);

    private sealed class RefusedChannelException : Exception;
}

/// <summary>Whether a session can be used.</summary>
public enum DeploySessionState
{
    /// <summary>Connected.</summary>
    Open,

    /// <summary>The connection broke.</summary>
    Lost,

    /// <summary>Closed by Remove-DeploySession.</summary>
    Closed,
}
