using System.Text;

namespace HostingDeploy.Sessions;

/// <summary>Makes lines of output, in memory bounded by one line.</summary>
internal sealed class LineReader(Action<string> onLine) : IRemoteOutput
{
    /// <summary>A line longer than this is handed on in pieces.</summary>
    private const int LongestLine = 256 * 1024;

    private byte[] _rest = [];
    private int _length;

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (int newline; (newline = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(newline + 1)..])
        {
            ReadOnlySpan<byte> line = bytes[..newline];
            if (_length > 0)
            {
                Keep(line);
                line = _rest.AsSpan(0, _length);
                _length = 0;
            }

            onLine(Encoding.UTF8.GetString(line.TrimEnd((byte)'\r')));
        }

        Keep(bytes);
    }

    /// <inheritdoc/>
    public void End()
    {
        if (_length > 0)
        {
            onLine(Encoding.UTF8.GetString(_rest.AsSpan(0, _length)));
            _length = 0;
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_length == LongestLine)
            {
                GiveWholeCharacters();
            }

            int count = Math.Min(bytes.Length, LongestLine - _length);
            if (_rest.Length < _length + count)
            {
                Array.Resize(ref _rest, Math.Min(LongestLine, Math.Max(4096, 2 * (_length + count))));
            }

            bytes[..count].CopyTo(_rest.AsSpan(_length));
            _length += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Hands on what is there, but a character whole (RFC 3629: 10xxxxxx continues one, of four bytes at most).</summary>
    private void GiveWholeCharacters()
    {
        int count = _length;
        while (count > _length - 4 && (_rest[count - 1] & 0xC0) == 0x80)
        {
            count--;
        }

        count = (_rest[count - 1] & 0xC0) == 0xC0 ? count - 1 : _length;
        onLine(Encoding.UTF8.GetString(_rest.AsSpan(0, count)));
        _rest.AsSpan(count, _length - count).CopyTo(_rest);
        _length -= count;
    }
}
