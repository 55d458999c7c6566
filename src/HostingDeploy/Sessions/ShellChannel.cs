using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace HostingDeploy.Sessions;

/// <summary>
/// One exec channel with the long-lived privileged shell of <c>Scripts/shell.sh</c> at its far end: a step is one
/// request and one answer, one round trip. One step runs at a time; the session opens more channels when it needs them.
/// </summary>
internal sealed class ShellChannel : IDisposable
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

    private readonly SshCommand _command;
    private readonly string _target;
    private readonly string _nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly Channel<string> _opening = Channel.CreateUnbounded<string>();
    private readonly LineReader _start;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _write = new();
    private readonly Thread _output;
    private readonly Thread _control;
    private Stream? _input;
    private Step? _step;
    private Exception? _failure;
    private int _lastId;
    private long _lastHeard = Environment.TickCount64;

    private ShellChannel(SshClient client, string target, string commandLine)
    {
        _target = target;
        _command = client.CreateCommand(commandLine);
        _start = new LineReader(line => _opening.Writer.TryWrite(line));
        _output = NewPump(_command.OutputStream, new FrameReader(_nonce, OnOutput, OnReply, OnFact), "output");
        _control = NewPump(_command.ExtendedOutputStream, new FrameReader(_nonce, new LineReader(line => _opening.Writer.TryWrite(line)).Add, OnControl, (_, _) => { }), "control");
    }

    /// <summary>Milliseconds since anything was heard from the far end.</summary>
    internal long SilentFor => Environment.TickCount64 - Volatile.Read(ref _lastHeard);

    /// <summary>Whether more has arrived than could be read so far.</summary>
    internal bool IsBehind
    {
        get
        {
            try
            {
                return !IsBroken && _command.OutputStream.Length + _command.ExtendedOutputStream.Length > MostUnread;
            }
            catch (ObjectDisposedException)
            {
                // It ended just now.
                return false;
            }
        }
    }

    /// <summary>Whether no further step can run here.</summary>
    internal bool IsBroken => _failure is not null;

    /// <summary>
    /// Opens the shell: as root at once, or through sudo, asking <paramref name="sudoPassword"/> only when sudo does. It knows
    /// the functions of <paramref name="library"/>.
    /// </summary>
    internal static async Task<ShellChannel> OpenAsync(
        SshClient client, string target, bool isRoot, Func<string?> sudoPassword, string library, CancellationToken cancellationToken)
    {
        var sudo = new SudoDialogue(target);
        var channel = new ShellChannel(client, target, isRoot ? SudoDialogue.PlainShell : sudo.CommandLine);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(s_openTimeout);
            await channel.StartAsync(deadline.Token).ConfigureAwait(false);
            if (!isRoot)
            {
                await sudo.HoldAsync(channel._opening.Reader, line => channel.Write(line), sudoPassword, deadline.Token).ConfigureAwait(false);
            }

            channel.Boot(library);
            await channel._ready.Task.WaitAsync(deadline.Token).ConfigureAwait(false);
            return channel;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            channel.Dispose();
            throw ShellErrors.NoAnswer(target, s_openTimeout, e);
        }
        catch (Exception e) when (client.IsConnected && e is not SshException and not DeployException and not OperationCanceledException)
        {
            // Whatever it looks like: SSH.NET reaches for what it has put away when the far end is gone before it is done opening.
            IOException end = e as IOException ?? channel.End(e);
            channel.Dispose();
            throw ShellErrors.Ended(target, channel.Said(), end);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Runs the script as a step; cancelling stops it and everything it started.</summary>
    internal async Task<ShellReply> RunAsync(string script, IRemoteOutput? output, CancellationToken cancellationToken)
    {
        Step step = Begin("R", script, output);
        try
        {
            return await step.Reply.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Give it a moment to go, but hand the prompt back within a second, also where the line is dead and the word gets
            // stuck; the far end sees it through.
            _ = Task.Run(() => Send($"K {step.Id} 0\n"), CancellationToken.None);
            await Task.WhenAny(step.Reply.Task, Task.Delay(PartingMilliseconds, CancellationToken.None)).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Evaluates the script in the shell itself: what it opens or defines stays for the shell's life.</summary>
    internal Task<ShellReply> EvaluateAsync(string script, CancellationToken cancellationToken) =>
        Begin("M", script, null).Reply.Task.WaitAsync(cancellationToken);

    /// <summary>Waits for a stopped step to be gone, so that the channel can serve again.</summary>
    internal async Task QuietAsync()
    {
        if (_step is { } step)
        {
            await step.Reply.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Asks the far end for a sign of life.</summary>
    internal void Ping() => Send("P 0 0\n");

    /// <summary>Fails whatever runs here.</summary>
    internal void Fail(Exception failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        _opening.Writer.TryComplete(failure);
        _ready.TrySetException(failure);
        _step?.Reply.TrySetException(failure);
    }

    public void Dispose()
    {
        Fail(new ObjectDisposedException(nameof(ShellChannel)));
        try
        {
            _input?.Dispose();
        }
        catch (Exception)
        {
            // The connection may be gone already; there is nothing left to close then.
        }

        _command.Dispose();
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

        // ExecuteAsync blocks its caller for two round trips before it returns its task.
        Task execution = await Task.Run(() =>
        {
            Task running = _command.ExecuteAsync(CancellationToken.None);
            _input = _command.CreateInputStream();
            return Task.FromResult(running);
        }, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);

        _ = execution.ContinueWith(
            t => Fail(t.Exception?.InnerException ?? End()), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Told once all of what was said is read.</summary>
    private IOException End(Exception? cause = null)
    {
        // What it said last tells why it ended, and is still on its way through the pumps.
        _output.Join(s_lastWords);
        _control.Join(s_lastWords);
        return new IOException($"the remote shell ended (exit status {_command.ExitStatus?.ToString(CultureInfo.InvariantCulture) ?? "none"})", cause);
    }

    private Thread NewPump(Stream stream, FrameReader reader, string name)
    {
        // SSH.NET puts no limit on what it buffers for a reader that is slow: read always, on threads of our own.
        return new Thread(() =>
        {
            byte[] buffer = new byte[64 * 1024];
            try
            {
                for (int count; (count = stream.Read(buffer, 0, buffer.Length)) > 0;)
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
        { IsBackground = true, Name = $"HostingDeploy {name} {_target}" };
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

    private void Boot(string library)
    {
        // The library comes with the shell: a request of its own would cost a round trip.
        string text = $"HD_NONCE={_nonce}; HD_SILENCE={FarSilenceSeconds}\n{library}\n{s_shell}";
        Write($"{Encoding.UTF8.GetByteCount(text)}\n{text}");
    }

    private Step Begin(string kind, string script, IRemoteOutput? output)
    {
        if (_failure is { } failure)
        {
            throw new IOException(failure.Message, failure);
        }

        var step = new Step(Interlocked.Increment(ref _lastId), output);
        _step = step;
        Send($"{kind} {step.Id} {Encoding.UTF8.GetByteCount(script)}\n{script}");
        return step;
    }

    private void Send(string text)
    {
        try
        {
            Write(text);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        lock (_write)
        {
            _input!.Write(bytes, 0, bytes.Length);
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
            _start.Add(bytes);
        }
    }

    private void OnControl(string[] fields)
    {
        if (fields[0] == "R")
        {
            _ready.TrySetResult();

            // From here on nobody reads what stands outside of steps.
            _opening.Writer.TryComplete();
        }
    }

    private void OnReply(string[] fields)
    {
        if (fields is ["E", string id, string status] && _step is { } step && step.IsId(id))
        {
            _step = null;
            step.End(int.Parse(status, CultureInfo.InvariantCulture));
        }
    }

    private void OnFact(string[] fields, string value)
    {
        if (_step is { } step && step.IsId(fields[1]))
        {
            step.Facts.Enqueue(new(fields[2], value));
        }
    }

    private sealed class Step(int id, IRemoteOutput? output)
    {
        private readonly OutputTail _tail = new();

        internal int Id { get; } = id;

        internal ConcurrentQueue<KeyValuePair<string, string>> Facts { get; } = new();

        internal TaskCompletionSource<ShellReply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal bool IsId(string text) => text == Id.ToString(CultureInfo.InvariantCulture);

        internal void Add(ReadOnlySpan<byte> bytes)
        {
            _tail.Add(bytes);
            output?.Add(bytes);
        }

        internal void End(int status)
        {
            output?.End();
            Reply.TrySetResult(new ShellReply(status, Facts.ToArray(), _tail.Lines()));
        }
    }
}
