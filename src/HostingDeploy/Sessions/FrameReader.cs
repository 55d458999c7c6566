using System.Text;

namespace HostingDeploy.Sessions;

/// <summary>
/// Takes a stream of remote output apart into lines and the replies between them. Works on bytes, in memory bounded by
/// one line: a reply may begin in the middle of a line (a program that printed no newline), never anywhere else.
/// </summary>
internal sealed class FrameReader(string nonce, Action<string> onLine, Action<string[]> onReply, Action<string[], string> onFact)
{
    /// <summary>A line longer than this is handed on in pieces.</summary>
    private const int LongestLine = 64 * 1024;

    private readonly byte[] _mark = Encoding.ASCII.GetBytes(nonce + " ");
    private byte[] _buffer = new byte[2 * LongestLine];
    private int _length;
    private string[]? _fact;
    private int _factBytes;

    /// <summary>Feeds what arrived.</summary>
    internal void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            EnsureRoom();
            int count = Math.Min(bytes.Length, _buffer.Length - _length);
            bytes[..count].CopyTo(_buffer.AsSpan(_length));
            _length += count;
            bytes = bytes[count..];
            Drain();
        }
    }

    private void EnsureRoom()
    {
        if (_length == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }

    private void Drain()
    {
        int position = 0;
        while (TakeOne(_buffer.AsSpan(position, _length - position), out int taken))
        {
            position += taken;
        }

        if (position > 0)
        {
            _buffer.AsSpan(position, _length - position).CopyTo(_buffer);
            _length -= position;
        }
    }

    private bool TakeOne(ReadOnlySpan<byte> rest, out int taken)
    {
        taken = 0;
        if (_fact is { } fact)
        {
            if (rest.Length <= _factBytes)
            {
                return false;
            }

            _fact = null;
            onFact(fact, Encoding.UTF8.GetString(rest[.._factBytes]));
            taken = _factBytes + 1; // the newline that closes it
            return true;
        }

        int newline = rest.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = newline < 0 ? rest : rest[..newline];
        int mark = line.IndexOf(_mark);
        if (mark > 0)
        {
            onLine(Encoding.UTF8.GetString(line[..mark]));
            taken = mark;
            return true;
        }

        if (newline < 0)
        {
            if (mark == 0 || rest.Length < LongestLine)
            {
                return false;
            }

            // Keep what could be the beginning of a mark, and a character whole (RFC 3629: 10xxxxxx continues one).
            taken = rest.Length - _mark.Length;
            while (taken > 0 && (rest[taken] & 0xC0) == 0x80)
            {
                taken--;
            }

            if (taken == 0)
            {
                taken = rest.Length - _mark.Length;
            }

            onLine(Encoding.UTF8.GetString(rest[..taken]));
            return true;
        }

        taken = newline + 1;
        if (mark == 0)
        {
            Reply(Encoding.ASCII.GetString(line[_mark.Length..]).Split(' '));
        }
        else
        {
            onLine(Encoding.UTF8.GetString(line).TrimEnd('\r'));
        }

        return true;
    }

    private void Reply(string[] fields)
    {
        if (fields is ["F", _, _, string length])
        {
            _fact = fields;
            _factBytes = int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
        }
        else
        {
            onReply(fields);
        }
    }
}
