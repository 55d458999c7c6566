using System.Management.Automation;

namespace HostingDeploy;

using HostingDeploy.Sessions;

/// <summary>
/// One authenticated SSH connection to one server, opened once and shared by every cmdlet, also by parallel runspaces.
/// Whoever opened it closes it, with Remove-DeploySession.
/// </summary>
public sealed class DeploySession : IDisposable, IRemote
{
    private const int MostShells = 4;
    private const int BeatMilliseconds = 1_000;
    private const int BeatsPerPing = 4;
    private const int DeadAfterMilliseconds = 15_000;

    /// <summary>The same for a shell alone, and while all of them do something that keeps them from answering: PID 1 or a disk can be slow.</summary>
    private const int StuckAfterMilliseconds = 90_000;

    private static int s_lastId;

    private readonly SshLink _link;
    private readonly Func<string?> _sudoPassword;
    private readonly string _library;
    private readonly ShellPool _pool;
    private readonly RemoteShells _shells;
    private readonly Timer _heart;
    private int _steps;
    private int _beats;
    private int _closed;
    private string? _lost;

    internal DeploySession(SessionTarget target, SshLink link, Func<string?> sudoPassword, string library)
    {
        Id = Interlocked.Increment(ref s_lastId);
        Name = target.Name;
        HostName = target.Settings.HostName;
        Port = target.Settings.Port;
        User = target.Settings.User;
        _link = link;
        _sudoPassword = sudoPassword;
        _library = library;
        _pool = new ShellPool(OpenAsync, MostShells, TimeSpan.FromMilliseconds(250));
        _shells = new RemoteShells(_pool);
        link.ReadersAreBehind(() => Clients().Any(c => c.IsBehind));
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
    public DeploySessionState State => _closed != 0 ? DeploySessionState.Closed : IsGone ? DeploySessionState.Lost : DeploySessionState.Open;

    /// <summary>What the session has cost so far.</summary>
    public SessionStatistics Statistics => new(_steps, _link.Wire.RoundTrips, _link.Wire.BytesSent, _link.Wire.BytesReceived);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Closes the connection; steps still running are stopped by the far end.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        _heart.Dispose();

        // With the socket cut, nothing that is put away can wait for a server.
        _link.Cut();
        _pool.Dispose();
        _link.Dispose();
    }

    /// <summary>Opens the first shell, so that the first step costs one round trip.</summary>
    internal async Task OpenShellAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _pool.AnyAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            throw Lost(e);
        }
    }

    /// <inheritdoc/>
    async Task<ShellReply> IRemote.RunAsync(RemoteRequest request, CancellationToken cancellationToken)
    {
        ThrowIfGone();
        Interlocked.Increment(ref _steps);
        try
        {
            return await _shells.RunAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (OutputRefusedException e) when (e.InnerException is DeployException told)
        {
            throw told;
        }
        catch (OutputRefusedException e)
        {
            throw new DeployException(
                "OutputNotKept", ErrorCategory.WriteError, $"What {Name} printed could not be kept on this machine, so the command was ended: {e.Message}",
                Name, "Make room in the folder for temporary files of this machine, then run it again.", e);
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            throw Lost(e);
        }
    }

    /// <inheritdoc/>
    async Task<ShellLease> IRemote.LeaseAsync(string take, string release, CancellationToken cancellationToken)
    {
        ThrowIfGone();
        Interlocked.Increment(ref _steps);
        try
        {
            return await _shells.LeaseAsync(take, release, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            throw Lost(e);
        }
    }

    private static bool IsConnectionFailure(Exception e) => e is IOException or ObjectDisposedException or Renci.SshNet.Common.SshException;

    private IEnumerable<ShellClient> Clients() => _pool.Shells.Cast<ShellClient>();

    private async Task<IShell> OpenAsync(CancellationToken cancellationToken)
    {
        SudoDialogue? sudo = User == "root" ? null : new SudoDialogue(Name);
        try
        {
            return await ShellClient.OpenAsync(
                new SshExec(_link.Client, sudo?.CommandLine ?? SudoDialogue.PlainShell), Name, sudo, _sudoPassword, _library, cancellationToken).ConfigureAwait(false);
        }
        catch (Renci.SshNet.Common.SshException e) when (e.GetType() == typeof(Renci.SshNet.Common.SshException) && _link.Client.IsConnected)
        {
            throw new ShellRefusedException(ShellErrors.Refused(Name, e));
        }
    }

    private void Beat()
    {
        try
        {
            WatchShells(ping: Interlocked.Increment(ref _beats) % BeatsPerPing == 0);
            if (_closed == 0 && !_link.Client.IsConnected)
            {
                // Also while nobody asks for anything: whoever looks for an open session must not be given this one.
                Lose(_link.Wire.Ended ?? "it ended");
            }
        }
        catch (Exception e)
        {
            // Closed at this very moment, most of the time. What is thrown on a timer's thread would end the process.
            _lost ??= e.Message;
            _pool.Close(new IOException(e.Message));
        }
    }

    private void WatchShells(bool ping)
    {
        ShellClient[] shells = [.. Clients()];
        bool isBusy = shells.Length > 0 && Array.TrueForAll(shells, s => s.IsEvaluating);
        if (shells.Length > 0 && _link.SilentFor > (isBusy ? StuckAfterMilliseconds : DeadAfterMilliseconds))
        {
            Lose($"nothing was heard from {Name} for {_link.SilentFor / 1000} s");
            return;
        }

        foreach (ShellClient shell in shells)
        {
            if (shell.Exit is { } exit && shell.SilentFor > BeatMilliseconds)
            {
                // Its streams stay open as long as something has them that it left behind.
                shell.Fail(new IOException($"the remote shell ended ({exit})"), hasBegun: false);
            }
            else if (shell.SilentFor > StuckAfterMilliseconds)
            {
                shell.Fail(new IOException($"the remote shell does not answer any more"));
            }
            else if (ping)
            {
                // A full socket buffer may block the write; the timer must go on beating meanwhile.
                _ = Task.Run(shell.Ping);
            }
        }
    }

    private void Lose(string why)
    {
        _lost ??= why;
        _link.Cut();
        _pool.Close(new IOException(why));
    }

    /// <summary>Whether it is closed or lost, noticed by now or not.</summary>
    private bool IsGone => _closed != 0 || _lost is not null || !_link.Client.IsConnected;

    /// <inheritdoc/>
    void IRemote.ThrowIfGone() => ThrowIfGone();

    private void ThrowIfGone()
    {
        if (_closed != 0)
        {
            throw Closed();
        }

        if (IsGone)
        {
            throw Lost(new IOException(_lost ?? "it ended"));
        }
    }

    private DeployException Lost(Exception cause)
    {
        if (_closed != 0)
        {
            return Closed(cause);
        }

        if (!_link.Client.IsConnected)
        {
            _lost ??= _link.Wire.Ended ?? cause.Message;
        }

        return new DeployException(
            "ConnectionLost", ErrorCategory.ConnectionError, $"The connection to {(IsGone ? Name : $"a shell on {Name}")} was lost: {(_lost ?? cause.Message).TrimEnd('.')}.",
            Name, "Nothing is repeated on its own. Run the same command again: it looks at what is there and goes on from it.", cause);
    }

    private DeployException Closed(Exception? cause = null) => new(
        "SessionClosed", ErrorCategory.InvalidOperation, $"The session to {Name} is closed.", Name, $"New-DeploySession {Name}", cause);
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
