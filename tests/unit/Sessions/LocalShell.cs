using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HostingDeploy.Remote;
using HostingDeploy.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>The real shell.sh in a bash of this machine, spoken to through pipes as a session does through SSH.</summary>
internal sealed class LocalShell : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Stream _input;
    private readonly string _nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly ConcurrentDictionary<int, Step> _steps = new();
    private readonly ConcurrentQueue<TaskCompletionSource> _pings = new();
    private readonly TaskCompletionSource<string> _ready = New<string>();
    private readonly LineReader _lines;
    private Step? _current;
    private int _lastId;

    private LocalShell(string silence)
    {
        var start = new ProcessStartInfo("env", ["--default-signal", "/bin/sh", "-c", SudoDialogue.PlainShell])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _input = _process.StandardInput.BaseStream;
        _lines = new LineReader(OnLine);
        Pump(_process.StandardOutput.BaseStream, new FrameReader(_nonce, _lines.Add, OnReply, OnFact));
        Pump(_process.StandardError.BaseStream, new FrameReader(_nonce, new LineReader(Complaints.Enqueue).Add, OnControl, (_, _) => { }));
        string text = $"HD_NONCE={_nonce}; HD_SILENCE={silence}\n{RemoteLibrary.Read("Sessions/shell.sh")}";
        Write($"{Encoding.UTF8.GetByteCount(text)}\n{text}");
    }

    /// <summary>Process id of the shell itself.</summary>
    internal int Pid => _process.Id;

    /// <summary>What came on the control stream without being a reply.</summary>
    internal ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Lines that came while no step was running.</summary>
    internal ConcurrentQueue<string> Strays { get; } = new();

    internal static async Task<LocalShell> StartAsync(int silence = 30)
    {
        var shell = new LocalShell(silence.ToString(CultureInfo.InvariantCulture));
        await shell._ready.Task.WaitAsync(s_patience);
        return shell;
    }

    /// <summary>A shell that knows the library, as every shell of a session does.</summary>
    internal static async Task<LocalShell> StartWithLibraryAsync()
    {
        LocalShell shell = await StartAsync();
        Assert.Equal(0, (await shell.EvaluateAsync(RemoteLibrary.Functions)).Status);
        return shell;
    }

    /// <summary>Runs a step.</summary>
    internal Task<Answer> RunAsync(string script) => Begin("R", script).Ended;

    /// <summary>Evaluates text in the shell itself.</summary>
    internal Task<Answer> EvaluateAsync(string script) => Begin("M", script).Ended;

    /// <summary>Starts a step; <see cref="Step.Ended"/> is how it goes on.</summary>
    internal Step Begin(string kind, string script, bool keepLines = true)
    {
        var step = new Step(Interlocked.Increment(ref _lastId), keepLines);
        _steps[step.Id] = step;
        _current = step;
        Write($"{kind} {step.Id} {Encoding.UTF8.GetByteCount(script)}\n{script}");
        return step;
    }

    internal void Stop(Step step) => Write($"K {step.Id} 0\n");

    internal Task PingAsync()
    {
        TaskCompletionSource pong = New();
        _pings.Enqueue(pong);
        Write("P 0 0\n");
        return pong.Task.WaitAsync(s_patience);
    }

    /// <summary>Hangs up.</summary>
    internal void CloseInput() => _input.Dispose();

    /// <summary>Waits until the shell has ended.</summary>
    internal Task EndedAsync() => _process.WaitForExitAsync().WaitAsync(s_patience);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static TaskCompletionSource<T> New<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Pump(Stream stream, FrameReader reader) => new Thread(() =>
    {
        byte[] buffer = new byte[64 * 1024];
        for (int count; (count = stream.Read(buffer, 0, buffer.Length)) > 0;)
        {
            reader.Feed(buffer.AsSpan(0, count));
        }
    })
    { IsBackground = true }.Start();

    private void Write(string text)
    {
        _input.Write(Encoding.UTF8.GetBytes(text));
        _input.Flush();
    }

    private void OnLine(string line)
    {
        if (_current is { } step)
        {
            step.Add(line);
        }
        else
        {
            Strays.Enqueue(line);
        }
    }

    private void OnReply(string[] fields)
    {
        if (fields is ["S", _, string group])
        {
            _current!.Started.TrySetResult(int.Parse(group, CultureInfo.InvariantCulture));
        }
        else if (fields is ["E", string id, string status])
        {
            _lines.End();
            Step step = _steps[int.Parse(id, CultureInfo.InvariantCulture)];
            Interlocked.CompareExchange(ref _current, null, step);
            step.End(int.Parse(status, CultureInfo.InvariantCulture));
        }
    }

    private void OnFact(string[] fields, string value)
    {
        _lines.End();
        _steps[int.Parse(fields[1], CultureInfo.InvariantCulture)].Facts.Enqueue(new(fields[2], value));
    }

    private void OnControl(string[] fields)
    {
        if (fields is ["R", string version])
        {
            _ready.TrySetResult(version);
        }
        else if (fields[0] == "P" && _pings.TryDequeue(out TaskCompletionSource? pong))
        {
            pong.TrySetResult();
        }
    }

    /// <summary>How a step ended.</summary>
    internal sealed record Answer(int Status, IReadOnlyList<string> Lines, IReadOnlyList<KeyValuePair<string, string>> Facts)
    {
        internal string Text => string.Join('\n', Lines);

        internal IEnumerable<string> All(string name) => Facts.Where(f => f.Key == name).Select(f => f.Value);

        internal string? Fact(string name) => All(name).LastOrDefault();
    }

    /// <summary>A step under way.</summary>
    internal sealed class Step(int id, bool keepLines)
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private readonly TaskCompletionSource<Answer> _ended = New<Answer>();
        private readonly TaskCompletionSource _firstLine = New();
        private long _characters;

        internal int Id { get; } = id;

        /// <summary>The process group it runs in.</summary>
        internal TaskCompletionSource<int> Started { get; } = New<int>();

        internal ConcurrentQueue<KeyValuePair<string, string>> Facts { get; } = new();

        internal Task<Answer> Ended => _ended.Task.WaitAsync(s_patience);

        internal bool HasEnded => _ended.Task.IsCompleted;

        /// <summary>Done when it has printed something.</summary>
        internal Task Spoke => _firstLine.Task.WaitAsync(s_patience);

        internal long Characters => Interlocked.Read(ref _characters);

        internal void Add(string line)
        {
            Interlocked.Add(ref _characters, line.Length + 1);
            if (keepLines)
            {
                _lines.Enqueue(line);
            }

            _firstLine.TrySetResult();
        }

        internal void End(int status) => _ended.TrySetResult(new Answer(status, [.. _lines], [.. Facts]));
    }
}
