using Microsoft.Win32.SafeHandles;

namespace HostingDeploy.Commands;

/// <summary>
/// Output on its way from a server to the pipeline. It is always read at once: SSH.NET buffers without limit for a reader
/// that is slow, and whatever waits to be read holds up the session's other steps and its signs of life, which come the
/// same way. What the pipeline has not taken yet is kept here, beyond a few thousand lines in a temporary file, so that
/// memory stays bounded however much there is.
/// </summary>
internal sealed class OutputSpool : IDisposable
{
    /// <summary>The most that <see cref="Take"/> gives at once.</summary>
    internal const int PieceSize = 256 * 1024;

    private readonly object _lock = new();
    private readonly byte[] _memory = new byte[PieceSize];
    private int _inMemory;
    private SafeFileHandle? _file;
    private long _read;
    private long _written;
    private bool _closed;

    /// <summary>Appends; true when nobody had been told to take yet.</summary>
    internal bool Add(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            // A step that was stopped may print until it is gone; nobody wants that any more.
            if (_closed || bytes.IsEmpty)
            {
                return false;
            }

            bool wasEmpty = _inMemory == 0 && _read == _written;
            if (_read == _written && bytes.Length <= PieceSize - _inMemory)
            {
                bytes.CopyTo(_memory.AsSpan(_inMemory));
                _inMemory += bytes.Length;
            }
            else
            {
                Write(_memory.AsSpan(0, _inMemory));
                _inMemory = 0;
                Write(bytes);
            }

            return wasEmpty;
        }
    }

    /// <summary>Fills the buffer, of <see cref="PieceSize"/>, with what comes next; 0 when there is nothing now.</summary>
    internal int Take(Span<byte> buffer)
    {
        lock (_lock)
        {
            int count;
            if (_closed || _read == _written)
            {
                count = _closed ? 0 : _inMemory;
                _memory.AsSpan(0, count).CopyTo(buffer);
                _inMemory = 0;
                return count;
            }

            count = RandomAccess.Read(_file!, buffer[..(int)Math.Min(buffer.Length, _written - _read)], _read);
            _read += count;
            if (_read == _written)
            {
                // Caught up: the disk gets its space back.
                _read = _written = 0;
                RandomAccess.SetLength(_file!, 0);
            }

            return count;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _file?.Dispose();
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _file ??= Open();
        RandomAccess.Write(_file, bytes, _written);
        _written += bytes.Length;
    }

    private static SafeFileHandle Open()
    {
        // Made for nobody else to read (0600), and gone from the folder as soon as that is possible: nothing is left of it
        // however this process ends.
        string path = Path.GetTempFileName();
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(path, FileMode.Truncate, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose);
        }

        SafeFileHandle file = File.OpenHandle(path, FileMode.Truncate, FileAccess.ReadWrite);
        File.Delete(path);
        return file;
    }
}
