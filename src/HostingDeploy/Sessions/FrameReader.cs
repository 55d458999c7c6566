using System.Text;

namespace HostingDeploy.Sessions;

/// <summary>
/// Takes a stream of remote output apart into the output itself and the replies in it, byte for byte and without keeping
/// any: a reply may begin anywhere (also behind a program that printed no newline), and of the output only what could be
/// the beginning of one is held back until it is clear. A fact whose teller was killed in the middle of it is none.
/// </summary>
internal sealed class FrameReader(string nonce, OutputHandler onOutput, Action<string[]> onReply, Action<string[], string> onFact)
{
    private readonly byte[] _mark = Encoding.ASCII.GetBytes(nonce + " ");
    private byte[] _buffer = new byte[64 * 1024];
    private int _length;
    private string[]? _fact;
    private int _factBytes;
    private int _searched;

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
        if (_fact is { } fact)
        {
            return TakeFact(fact, rest, out taken);
        }

        int mark = rest.IndexOf(_mark);
        if (mark == 0)
        {
            return TakeReply(rest, out taken);
        }

        taken = mark > 0 ? mark : rest.Length - BeginningOfMark(rest);
        if (taken == 0)
        {
            return false;
        }

        onOutput(rest[..taken]);
        return true;
    }

    private bool TakeFact(string[] fact, ReadOnlySpan<byte> rest, out int taken)
    {
        taken = _factBytes + 1; // with the newline that closes it
        int torn = rest[_searched..].IndexOf(_mark);
        if (torn >= 0 && _searched + torn < taken)
        {
            // Nobody tells the nonce but who replies: whoever told this was stopped before the end of it, and what comes is the next reply.
            taken = _searched + torn;
            _fact = null;
            return true;
        }

        // The mark may begin in the last bytes that are there.
        _searched = Math.Max(0, rest.Length - _mark.Length + 1);
        if (rest.Length < taken || (rest[_factBytes] != '\n' && _searched < taken))
        {
            return false;
        }

        _fact = null;
        onFact(fact, Encoding.UTF8.GetString(rest[.._factBytes]));
        return true;
    }

    private bool TakeReply(ReadOnlySpan<byte> rest, out int taken)
    {
        int newline = rest.IndexOf((byte)'\n');
        taken = newline + 1;
        if (newline < 0)
        {
            return false;
        }

        string[] fields = Encoding.ASCII.GetString(rest[_mark.Length..newline]).Split(' ');
        if (fields is ["F", _, _, string length])
        {
            _fact = fields;
            _factBytes = int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
            _searched = 0;
        }
        else
        {
            onReply(fields);
        }

        return true;
    }

    /// <summary>How many of the last bytes could be the beginning of a mark.</summary>
    private int BeginningOfMark(ReadOnlySpan<byte> rest)
    {
        int count = Math.Min(rest.Length, _mark.Length - 1);
        while (count > 0 && !rest[^count..].SequenceEqual(_mark.AsSpan(0, count)))
        {
            count--;
        }

        return count;
    }
}

/// <summary>Receives bytes that a server printed, which are gone when it returns.</summary>
internal delegate void OutputHandler(ReadOnlySpan<byte> bytes);
