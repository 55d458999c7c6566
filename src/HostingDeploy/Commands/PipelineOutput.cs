using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Sessions;

/// <summary>What a server prints, carried to the pipeline's thread and made into lines there.</summary>
/// <param name="call">Has something done on the pipeline's thread.</param>
/// <param name="write">Writes a line there.</param>
internal sealed class PipelineOutput(Action<Action<PSCmdlet>> call, Action<PSCmdlet, string> write) : IRemoteOutput, IDisposable
{
    private readonly OutputSpool _spool = new();
    private byte[]? _piece;
    private LineReader? _lines;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_spool.Add(bytes))
        {
            call(Fetch);
        }
    }

    public void End() => call(cmdlet => Lines(cmdlet).End());

    public void Dispose() => _spool.Dispose();

    private void Fetch(PSCmdlet cmdlet)
    {
        LineReader lines = Lines(cmdlet);
        _piece ??= new byte[OutputSpool.PieceSize];
        for (int count; (count = _spool.Take(_piece)) > 0;)
        {
            lines.Add(_piece.AsSpan(0, count));
        }
    }

    private LineReader Lines(PSCmdlet cmdlet) => _lines ??= new LineReader(line => write(cmdlet, line));
}
