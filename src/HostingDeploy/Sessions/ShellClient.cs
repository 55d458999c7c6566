using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;

namespace HostingDeploy.Sessions;

/// <summary>
/// The near end of the long-lived privileged shell of <c>Scripts/shell.sh</c>, whose text tells the protocol: a step is one
/// request and one answer, one round trip.
/// </summary>
internal sealed class ShellClient : IShell
{
    /// <summary>Without a word from the client for this long the far end stops what it runs and ends (seconds).</summary>
    internal const int FarSilenceSeconds = 15;

    /// <summary>How long somebody who gave up waits for the step to be gone.</summary>
    private const int PartingMilliseconds = 500;

    /// <summary>As much may have arrived and not been read; a reader that has more before it is behind.</summary>
    private const int MostUnread = 512 * 1024;

    private static readonly TimeSpan s_openTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);
    private static readonly string s_shell = ReadScript("Sessions/shell.sh");

    private readonly IShellTransport _transport;
    private readonly string _nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly Channel<string> _opening = Channel.CreateUnbounded<string>();
    private readonly LineReader _strays;
    private readonly LineReader _said;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _output;
    private readonly Thread _control;
    private readonly object _write = new();
    private readonly object _gate = new();
    private readonly Queue<ShellTurn> _evaluations = new();
    private Task _sending = Task.CompletedTask;
    private ShellTurn? _step;
    private ShellGoneException? _failure;
    private int _lastId;
    private int _pinging;
    private long _lastHeard = Environment.TickCount64;

    private ShellClient(IShellTransport transport, string target)
    {
        _transport = transport;
        _strays = new LineReader(Say);
        _said = new LineReader(Say);
        _output = NewPump(() => transport.Output, new FrameReader(_nonce, OnOutput, OnReply, (fields, value) => _step?.Fact(fields[1], fields[2], value)), $"output {target}");
        _control = NewPump(() => transport.Control, new FrameReader(_nonce, OnWord, OnControl, (fields, value) => Evaluation()?.Fact(fields[1], fields[2], value)), $"control {target}");
    }

    /// <inheritdoc/>
    public Task Quiet => Volatile.Read(ref _step)?.Gone ?? Task.CompletedTask;

    /// <inheritdoc/>
    public Task Ended => _ended.Task;

    /// <summary>A line that belongs to no step and no evaluation, once the shell is open.</summary>
    internal event Action<string>? Stray;

    /// <summary>Milliseconds since anything was heard from the far end.</summary>
    internal long SilentFor => Environment.TickCount64 - Volatile.Read(ref _lastHeard);

    /// <summary>Whether it does what was asked of the shell itself, and answers nothing else meanwhile.</summary>
    internal bool IsEvaluating => Evaluation() is not null;

    /// <summary>How the far end's shell ended, when the transport knows; it may be before its streams end.</summary>
    internal string? Exit => _transport.Exit;

    /// <summary>Whether more has arrived than could be read so far.</summary>
    internal bool IsBehind => _failure is null && _transport.Unread > MostUnread;

    /// <summary>
    /// Opens the shell: as root at once, or through sudo, asking <paramref name="sudoPassword"/> only when sudo does. It knows
    /// the functions of <paramref name="library"/>.
    /// </summary>
    internal static async Task<ShellClient> OpenAsync(
        IShellTransport transport, string target, SudoDialogue? sudo, Func<string?> sudoPassword, string library, CancellationToken cancellationToken, int silenceSeconds = FarSilenceSeconds)
    {
        var shell = new ShellClient(transport, target);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(s_openTimeout);
            await shell.StartAsync(deadline.Token).ConfigureAwait(false);
            if (sudo is not null)
            {
                await sudo.AnswerAsync(shell._opening.Reader, line => shell.Write(line), sudoPassword, deadline.Token).ConfigureAwait(false);
            }

            shell.Boot(library, silenceSeconds);
            await shell._ready.Task.WaitAsync(deadline.Token).ConfigureAwait(false);
            return shell;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            shell.Dispose();
            throw ShellErrors.NoAnswer(target, s_openTimeout, e);
        }
        catch (Exception e) when (transport.IsConnected && e is not Renci.SshNet.Common.SshException and not DeployException and not OperationCanceledException)
        {
            // Whatever it looks like: SSH.NET reaches for what it has put away when the far end is gone before it is done opening.
            ShellGoneException end = e as ShellGoneException ?? shell.End(e);
            shell.Dispose();
            throw ShellErrors.Ended(target, shell.Said(), end);
        }
        catch
        {
            shell.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ShellReply> RunAsync(RemoteRequest request, CancellationToken cancellationToken)
    {
        ShellTurn step = BeginStep(request.Script, request.Output);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            if (request.Limit is { } limit)
            {
                // The shell may be busy with something else, and the step has not begun until it says so.
                await Task.WhenAny(step.Started, step.Reply).WaitAsync(ending.Token).ConfigureAwait(false);
                ending.CancelAfter(limit);
            }

            return await step.Reply.WaitAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Give it a moment to go, but hand the prompt back within a second, also where the line is dead and the word gets
            // stuck; the far end sees it through.
            Stop(step);
            await Task.WhenAny(step.Gone, Task.Delay(PartingMilliseconds, CancellationToken.None)).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ShellReply> EvaluateAsync(string script)
    {
        var evaluation = new ShellTurn(Interlocked.Increment(ref _lastId), null);
        lock (_gate)
        {
            ThrowIfGone();

            // They are sent, and answered, in the order in which they are asked; on other threads, for a line that is dead blocks them.
            _evaluations.Enqueue(evaluation);
            _sending = _sending.ContinueWith(_ => SendScript("M", evaluation, script), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return await evaluation.Reply.ConfigureAwait(false);
    }

    /// <summary>Begins a step. There is none in the shell when this is called.</summary>
    internal ShellTurn BeginStep(string script, IRemoteOutput? output)
    {
        var step = new ShellTurn(Interlocked.Increment(ref _lastId), output);
        lock (_gate)
        {
            ThrowIfGone();
            if (_step is not null)
            {
                throw new InvalidOperationException("The shell runs a step already.");
            }

            // What an earlier step left behind may print, and be refused, as soon as this one is there: it is stopped after it is sent.
            step.Refused += () => Stop(step);
            step.Sent = Task.Run(() => SendScript("R", step, script));
            _step = step;
        }

        return step;
    }

    /// <summary>Has the step and everything it started ended.</summary>
    internal void Stop(ShellTurn step) => step.Sent.ContinueWith(
        _ => Send($"K {step.Id} 0\n", hasBegun: true), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Asks the far end for a sign of life.</summary>
    internal void Ping()
    {
        // One at a time: a full socket buffer blocks the write.
        if (Interlocked.Exchange(ref _pinging, 1) == 0)
        {
            Send("P 0 0\n", hasBegun: true);
            Volatile.Write(ref _pinging, 0);
        }
    }

    /// <summary>Ends it for everybody who uses it.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="hasBegun">False when a step that has not said that it begins will not be done.</param>
    internal void Fail(Exception failure, bool hasBegun = true)
    {
        ShellTurn? step;
        ShellTurn[] evaluations;
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = new ShellGoneException(failure.Message, begun: true, failure);
            step = _step;
            evaluations = [.. _evaluations];
            _evaluations.Clear();
            _step = null;
        }

        step?.Fail(new ShellGoneException(failure.Message, hasBegun || step.Started.IsCompleted, failure));
        Array.ForEach(evaluations, e => e.Fail(_failure));

        _opening.Writer.TryComplete(_failure);
        _ready.TrySetException(_failure);
        _ended.TrySetResult();
    }

    public void Dispose()
    {
        Fail(new ObjectDisposedException(nameof(ShellClient)));
        _transport.Dispose();
    }

    private static string ReadScript(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _output.Start();
        _control.Start();
        Task running = await _transport.StartAsync(cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        _ = running.ContinueWith(
            t => Fail(t.Exception?.InnerException ?? End(), hasBegun: t.IsFaulted), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Told once all of what was said is read.</summary>
    private ShellGoneException End(Exception? cause = null)
    {
        // What it said last tells why it ended, and is still on its way through the pumps.
        _output.Join(s_lastWords);
        _control.Join(s_lastWords);
        return new ShellGoneException($"the remote shell ended ({_transport.Exit ?? "exit status none"})", begun: true, cause);
    }

    private Thread NewPump(Func<Stream> stream, FrameReader reader, string name)
    {
        // SSH.NET puts no limit on what it buffers for a reader that is slow: read always, on threads of our own.
        return new Thread(() =>
        {
            byte[] buffer = new byte[64 * 1024];
            try
            {
                for (int count; (count = stream().Read(buffer, 0, buffer.Length)) > 0;)
                {
                    Volatile.Write(ref _lastHeard, Environment.TickCount64);
                    reader.Feed(buffer.AsSpan(0, count));
                }
            }
            catch (Exception e)
            {
                Fail(e);
            }
        })
        { IsBackground = true, Name = $"HostingDeploy {name}" };
    }

    /// <summary>What was said so far, and not by our shell.</summary>
    private List<string> Said()
    {
        var said = new List<string>();
        while (_opening.Reader.TryRead(out string? line))
        {
            said.Add(line);
        }

        return said;
    }

    private void Boot(string library, int silenceSeconds)
    {
        // The library comes with the shell: a request of its own would cost a round trip.
        string text = string.Create(CultureInfo.InvariantCulture, $"HD_NONCE={_nonce}; HD_SILENCE={silenceSeconds}\n{library}\n{s_shell}");
        Write(string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)}\n{text}"));
    }

    private void ThrowIfGone()
    {
        if (_failure is { } failure)
        {
            throw new ShellGoneException(failure.Message, begun: false, failure);
        }
    }

    private void SendScript(string kind, ShellTurn turn, string script) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"{kind} {turn.Id} {Encoding.UTF8.GetByteCount(script)}\n{script}"), hasBegun: false);

    private void Send(string text, bool hasBegun)
    {
        try
        {
            Write(text);
        }
        catch (Exception e)
        {
            Fail(e, hasBegun);
        }
    }

    private void Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        lock (_write)
        {
            _transport.Write(bytes);
        }
    }

    private void Say(string line)
    {
        // Once the shell is open, nobody reads what belongs to nothing.
        if (!_opening.Writer.TryWrite(line))
        {
            Stray?.Invoke(line);
        }
    }

    private void OnOutput(ReadOnlySpan<byte> bytes)
    {
        if (_step is { } step)
        {
            step.Add(bytes);
        }
        else
        {
            _strays.Add(bytes);
        }
    }

    private void OnReply(string[] fields)
    {
        if (_step is not { } step || !step.IsId(fields[1]))
        {
            // One that was killed and had said that it ended is told twice.
            return;
        }

        if (fields is ["S", _, string group])
        {
            step.Start(int.Parse(group, CultureInfo.InvariantCulture));
        }
        else if (fields is ["E", _, string status])
        {
            lock (_gate)
            {
                _step = null;
            }

            step.End(int.Parse(status, CultureInfo.InvariantCulture));
        }
    }

    private ShellTurn? Evaluation()
    {
        lock (_gate)
        {
            return _evaluations.TryPeek(out ShellTurn? evaluation) ? evaluation : null;
        }
    }

    private void OnWord(ReadOnlySpan<byte> bytes)
    {
        if (Evaluation() is { } evaluation)
        {
            evaluation.Add(bytes);
        }
        else
        {
            _said.Add(bytes);
        }
    }

    private void OnControl(string[] fields)
    {
        if (fields is ["E", string id, string status] && Evaluation() is { } evaluation && evaluation.IsId(id))
        {
            lock (_gate)
            {
                _evaluations.TryDequeue(out _);
            }

            evaluation.End(int.Parse(status, CultureInfo.InvariantCulture));
        }
        else if (fields[0] == "R")
        {
            _ready.TrySetResult();
            _opening.Writer.TryComplete();
        }
    }
}
