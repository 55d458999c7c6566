using System.ComponentModel;
using System.Diagnostics;

namespace HostingDeploy.Deployments;

using HostingDeploy.Sessions;

/// <summary>A command on this machine: its output line by line, its end, and the end of all it started when it is given up.</summary>
internal static class LocalCommand
{
    private const int TailLines = 40;

    /// <summary>How long the output of something it left running in the background is still read.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    /// <summary>Runs it to its end; cancelling ends its whole tree.</summary>
    /// <returns>The exit status, and the last lines it printed.</returns>
    /// <exception cref="OutputRefusedException">Its output could not be taken, which ended it.</exception>
    internal static async Task<(int Status, IReadOnlyList<string> Tail)> RunAsync(
        string command, string folder, IEnumerable<KeyValuePair<string, string>> environment, Action<string> onLine, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = new Process { StartInfo = Start(command, folder, environment) };
        var tail = new Queue<string>();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? refused = null;
        bool hasEnded = false;
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return (127, [e.Message]);
        }

        // Nobody is there to answer it.
        process.StandardInput.Close();
        Task output = Task.WhenAll(ReadAsync(process.StandardOutput, Add), ReadAsync(process.StandardError, Add));
        try
        {
            await process.WaitForExitAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        await Task.WhenAny(output, Task.Delay(s_lastWords, CancellationToken.None)).ConfigureAwait(false);
        lock (tail)
        {
            hasEnded = true;
            if (refused is not null)
            {
                throw new OutputRefusedException(refused);
            }

            return (process.ExitCode, [.. tail]);
        }

        void Add(string line)
        {
            lock (tail)
            {
                if (tail.Count == TailLines)
                {
                    tail.Dequeue();
                }

                tail.Enqueue(line);
                if (refused is not null || hasEnded)
                {
                    return;
                }

                try
                {
                    onLine(line);
                }
                catch (Exception e)
                {
                    // Nobody would read on, and it would wait for that for ever.
                    refused = e;
                    ending.CancelAfter(TimeSpan.Zero);
                }
            }
        }
    }

    private static ProcessStartInfo Start(string command, string folder, IEnumerable<KeyValuePair<string, string>> environment)
    {
        // cmd has a grammar of its own for what follows /c; everything else takes it as one argument.
        ProcessStartInfo start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd.exe", $"/d /s /c \"{command}\"")
            : new ProcessStartInfo("/bin/sh", ["-e", "-c", command]);
        start.WorkingDirectory = folder;
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> add)
    {
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                add(line);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Its end is told by its status, not by its output.
        }
    }
}
