using System.Collections.Concurrent;
using System.Diagnostics;
using HostingDeploy.Remote;
using HostingDeploy.Sessions;

namespace HostingDeploy.Tests.Sessions;

/// <summary>The real shell.sh in a bash of this machine, and the real client of it.</summary>
internal sealed class LocalShell : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly ProcessTransport _transport;
    private readonly ShellClient _client;

    private LocalShell(ProcessTransport transport, ShellClient client)
    {
        _transport = transport;
        _client = client;
        client.Stray += Strays.Enqueue;
    }

    /// <summary>Process id of the shell itself.</summary>
    internal int Pid => _transport.Pid;

    /// <summary>Lines that belong to nothing it was asked for.</summary>
    internal ConcurrentQueue<string> Strays { get; } = new();

    internal static Task<LocalShell> StartAsync(int silence = 30) => StartAsync(silence, "declare -A HD_LEASES=()");

    /// <summary>A shell that knows the library, as every shell of a session does.</summary>
    internal static Task<LocalShell> StartWithLibraryAsync() => StartAsync(30, RemoteLibrary.Functions);

    /// <summary>Runs a step.</summary>
    internal Task<Answer> RunAsync(string script) => Begin(script).Ended;

    /// <summary>Evaluates text in the shell itself.</summary>
    internal async Task<Answer> EvaluateAsync(string script)
    {
        ShellReply reply = await _client.EvaluateAsync(script).WaitAsync(s_patience);
        return new Answer(reply.ExitStatus, reply.Tail, reply.Facts);
    }

    /// <summary>Starts a step; <see cref="Step.Ended"/> is how it goes on.</summary>
    internal Step Begin(string script, bool keepLines = true)
    {
        var step = new Step(keepLines);
        step.Turn = _client.BeginStep(script, step);
        return step;
    }

    internal void Stop(Step step) => _client.Stop(step.Turn!);

    /// <summary>Asks for a sign of life and waits for one.</summary>
    internal async Task PingAsync()
    {
        var clock = Stopwatch.StartNew();
        _client.Ping();
        while (_client.SilentFor > clock.ElapsedMilliseconds)
        {
            await Task.Delay(5);
            if (clock.Elapsed > s_patience)
            {
                throw new TimeoutException("No sign of life.");
            }
        }
    }

    /// <summary>Hangs up.</summary>
    internal void CloseInput() => _transport.CloseInput();

    /// <summary>Waits until the shell has ended.</summary>
    internal Task EndedAsync() => _transport.HasEnded.WaitAsync(s_patience);

    public void Dispose() => _client.Dispose();

    private static async Task<LocalShell> StartAsync(int silence, string library)
    {
        ProcessTransport transport = new ProcessTransport().Start();
        return new LocalShell(transport, await ShellClient.OpenAsync(transport, "here", null, () => null, library, CancellationToken.None, silence));
    }

    /// <summary>How a step ended.</summary>
    internal sealed record Answer(int Status, IReadOnlyList<string> Lines, IReadOnlyList<KeyValuePair<string, string>> Facts)
    {
        internal string Text => string.Join('\n', Lines);

        internal IEnumerable<string> All(string name) => Facts.Where(f => f.Key == name).Select(f => f.Value);

        internal string? Fact(string name) => All(name).LastOrDefault();
    }

    /// <summary>A step under way.</summary>
    internal sealed class Step : IRemoteOutput
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private readonly TaskCompletionSource _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly LineReader _reader;
        private long _characters;

        internal Step(bool keepLines) => _reader = new LineReader(line =>
        {
            Interlocked.Add(ref _characters, line.Length + 1);
            if (keepLines)
            {
                _lines.Enqueue(line);
            }

            _firstLine.TrySetResult();
        });

        internal ShellTurn? Turn { get; set; }

        internal Task<Answer> Ended => EndedAsync();

        internal bool HasEnded => Turn!.Reply.IsCompleted;

        /// <summary>Done when it has printed something.</summary>
        internal Task Spoke => _firstLine.Task.WaitAsync(s_patience);

        internal long Characters => Interlocked.Read(ref _characters);

        public void Add(ReadOnlySpan<byte> bytes) => _reader.Add(bytes);

        // What it tells by name stands on no line.
        public void Fact(string name, string value) => _reader.End();

        public void End() => _reader.End();

        private async Task<Answer> EndedAsync()
        {
            ShellReply reply = await Turn!.Reply.WaitAsync(s_patience);
            return new Answer(reply.ExitStatus, [.. _lines], reply.Facts);
        }
    }
}
