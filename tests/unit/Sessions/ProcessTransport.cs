using System.Diagnostics;
using System.Globalization;
using HostingDeploy.Sessions;

namespace HostingDeploy.Tests.Sessions;

/// <summary>A bash of this machine in the place of an exec channel: the same bytes through pipes.</summary>
internal sealed class ProcessTransport : IShellTransport
{
    private Process? _process;

    public Stream Output => _process!.StandardOutput.BaseStream;

    public Stream Control => _process!.StandardError.BaseStream;

    public long Unread => 0;

    public string? Exit => _process is { HasExited: true } ended ? string.Create(CultureInfo.InvariantCulture, $"exit status {ended.ExitCode}") : null;

    public bool IsConnected => true;

    internal int Pid => _process!.Id;

    /// <summary>Done when the shell itself has ended.</summary>
    internal Task HasEnded => _process!.WaitForExitAsync();

    public Task<Task> StartAsync(CancellationToken cancellationToken) => Task.FromResult<Task>(HasEnded);

    public void Write(ReadOnlyMemory<byte> bytes)
    {
        _process!.StandardInput.BaseStream.Write(bytes.Span);
        _process.StandardInput.BaseStream.Flush();
    }

    /// <summary>Starts it; the client begins to read at once.</summary>
    internal ProcessTransport Start()
    {
        _process = Process.Start(new ProcessStartInfo("env", ["--default-signal", "/bin/sh", "-c", SudoDialogue.PlainShell])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        return this;
    }

    /// <summary>Hangs up.</summary>
    internal void CloseInput() => _process!.StandardInput.BaseStream.Dispose();

    public void Dispose()
    {
        if (_process is { HasExited: false } running)
        {
            running.Kill(entireProcessTree: true);
        }
    }
}
