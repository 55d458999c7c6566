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
    private const int PingMilliseconds = 4_000;
    private const int DeadAfterMilliseconds = 15_000;

    private static int s_lastId;

    private readonly SshLink _link;
    private readonly Func<string?> _sudoPassword;
    private readonly string _library;
    private readonly List<ShellChannel> _channels = [];
    private readonly Stack<ShellChannel> _idle = new();
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly Timer _heart;
    private int _places = MostChannels;
    private int _steps;
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
        _heart = new Timer(_ => Beat(), null, PingMilliseconds, PingMilliseconds);
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
    internal async Task<ShellReply> RunAsync(string script, Action<string>? onLine, CancellationToken cancellationToken)
    {
        ShellChannel channel = await TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Interlocked.Increment(ref _steps);
            return await channel.RunAsync(script, onLine, cancellationToken).ConfigureAwait(false);
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
            return new ShellHold(reply, release, letGo => EvaluateOnAsync(channel, letGo));
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
            if (TryTakeIdle() is { } idle)
            {
                await idle.QuietAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                return idle;
            }

            await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return TryTakeIdle() ?? await OpenChannelAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _opening.Release();
            }
        }
        catch (RefusedChannelException)
        {
            // sshd allows no more of them (MaxSessions): this place is gone, wait for one of the others.
            _places--;
            return await TakeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _free.Release();
            throw;
        }
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
        ShellChannel channel;
        try
        {
            channel = await ShellChannel.OpenAsync(_link.Client, Name, User == "root", _sudoPassword, cancellationToken).ConfigureAwait(false);
        }
        catch (Renci.SshNet.Common.SshException) when (_link.Client.IsConnected && Channels().Length > 0 && _places > 1)
        {
            throw new RefusedChannelException();
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            throw Lost(e);
        }

        lock (_channels)
        {
            _channels.Add(channel);
        }

        await channel.EvaluateAsync(_library, cancellationToken).ConfigureAwait(false);
        return channel;
    }

    private void GiveBack(ShellChannel channel)
    {
        if (channel.IsBroken)
        {
            lock (_channels)
            {
                _channels.Remove(channel);
            }
        }
        else
        {
            lock (_idle)
            {
                _idle.Push(channel);
            }
        }

        _free.Release();
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
        foreach (ShellChannel channel in Channels())
        {
            if (channel.SilentFor > DeadAfterMilliseconds)
            {
                _lost = $"nothing was heard from {Name} for {DeadAfterMilliseconds / 1000} s";
                channel.Fail(new IOException(_lost));
                _link.Wire.Dispose();
            }
            else
            {
                // A full socket buffer may block the write; the timer must go on beating meanwhile.
                _ = Task.Run(channel.Ping);
            }
        }
    }

    private void ThrowIfGone()
    {
        if (_closed)
        {
            throw new DeployException("SessionClosed", ErrorCategory.InvalidOperation, $"The session to {Name} is closed.", Name, $"New-DeploySession {Name}");
        }

        if (_lost is not null)
        {
            throw Lost(new IOException(_lost));
        }
    }

    private DeployException Lost(Exception cause)
    {
        _lost ??= cause.Message;
        return new DeployException(
            "ConnectionLost", ErrorCategory.ConnectionError, $"The connection to {Name} was lost: {_lost.TrimEnd('.')}.",
            Name, "Nothing is repeated on its own. Run the same command again: it looks at what is there and goes on from it.", cause);
    }

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
