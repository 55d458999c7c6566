using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Sessions;

/// <summary>A file that remote output is written to as it comes, byte for byte.</summary>
internal sealed class FileOutput : IRemoteOutput, IDisposable
{
    private readonly object _lock = new();
    private readonly FileStream _file;
    private bool _closed;

    /// <summary>Opens the file: a new one for nobody else to read, or one that is there, whose content goes.</summary>
    /// <param name="path">Its path.</param>
    internal FileOutput(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            _file = new FileStream(path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(path, e);
        }
    }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> bytes) => Try(bytes, (file, text) => file.Write(text));

    /// <inheritdoc/>
    public void End() => Try([], (file, _) => file.Flush());

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            try
            {
                _file.Dispose();
            }
            catch (IOException)
            {
                // What it does not take was told already.
            }
        }
    }

    private void Try(ReadOnlySpan<byte> bytes, FileAction action)
    {
        lock (_lock)
        {
            // A step that was stopped may print until it is gone.
            if (_closed)
            {
                return;
            }

            try
            {
                action(_file, bytes);
            }
            catch (IOException e)
            {
                throw NotWritten(_file.Name, e);
            }
        }
    }

    private static DeployException NotWritten(string path, Exception e) =>
        new("OutFileNotWritten", ErrorCategory.WriteError, $"Cannot write {path}: {e.Message}", path, "Give -OutFile a file in a folder that is there and that you may write to.", e);

    private delegate void FileAction(FileStream file, ReadOnlySpan<byte> bytes);
}
