using System.Text;

namespace HostingDeploy.Commands;

/// <summary>
/// Lines on their way from a server to the pipeline. The server's output is always read at once (SSH.NET buffers without
/// limit for a reader that is slow, and a reader that waits could wait for itself); what the pipeline has not taken yet
/// lies in a temporary file beyond a few thousand lines, so that memory stays bounded however much there is.
/// </summary>
internal sealed class LineSpool : IDisposable
{
    private const int InMemory = 4096;
    private const int BufferSize = 256 * 1024;

    private readonly object _lock = new();
    private readonly Queue<string> _front = new();
    private BinaryWriter? _writer;
    private BinaryReader? _reader;
    private long _unread;

    /// <summary>Appends a line; true when nobody had been told to fetch yet.</summary>
    internal bool Add(string line)
    {
        lock (_lock)
        {
            bool wasEmpty = _front.Count == 0 && _unread == 0;
            if (_unread == 0 && _front.Count < InMemory)
            {
                _front.Enqueue(line);
            }
            else
            {
                if (_writer is null)
                {
                    Open();
                }

                _writer!.Write(line);
                _unread++;
            }

            return wasEmpty;
        }
    }

    /// <summary>The next line, or null when there is none now.</summary>
    internal string? Take()
    {
        lock (_lock)
        {
            if (_front.Count == 0 && _unread > 0)
            {
                ReadBack();
            }

            return _front.TryDequeue(out string? line) ? line : null;
        }
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _writer?.Dispose();
    }

    private void ReadBack()
    {
        _writer!.Flush();
        for (int i = 0; i < InMemory && _unread > 0; i++, _unread--)
        {
            _front.Enqueue(_reader!.ReadString());
        }
    }

    private void Open()
    {
        string path = Path.Combine(Path.GetTempPath(), "hostingdeploy-" + Path.GetRandomFileName());
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = BufferSize,
            Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _writer = new BinaryWriter(new FileStream(path, options), Encoding.UTF8);
        _reader = new BinaryReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize), Encoding.UTF8);
    }
}
