using System.Text;

namespace HostingDeploy.Sessions;

/// <summary>The end of a step's output, for whoever asks why it failed.</summary>
internal sealed class OutputTail
{
    private const int MostLines = 40;
    private const int MostBytes = 16 * 1024;

    private readonly byte[] _ring = new byte[MostBytes];
    private long _total;

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        _total += Math.Max(0, bytes.Length - MostBytes);
        bytes = bytes[Math.Max(0, bytes.Length - MostBytes)..];
        int place = (int)(_total % MostBytes);
        int first = Math.Min(bytes.Length, MostBytes - place);
        bytes[..first].CopyTo(_ring.AsSpan(place));
        bytes[first..].CopyTo(_ring);
        _total += bytes.Length;
    }

    /// <summary>What a line begins with whose beginning is lost.</summary>
    internal const string Cut = "…";

    /// <summary>The last lines.</summary>
    internal string[] Lines()
    {
        int place = (int)(_total % MostBytes);
        byte[] bytes = _total <= MostBytes ? _ring[..(int)_total] : [.. _ring[place..], .. _ring[..place]];
        var lines = new List<string>();
        var reader = new LineReader(lines.Add);
        reader.Add(bytes);
        reader.End();
        if (_total > MostBytes)
        {
            lines[0] = Cut + lines[0];
        }

        return [.. lines.TakeLast(MostLines)];
    }
}
