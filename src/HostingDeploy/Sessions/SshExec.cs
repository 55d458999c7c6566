using System.Globalization;
using Renci.SshNet;

namespace HostingDeploy.Sessions;

/// <summary>An exec channel of SSH.NET's.</summary>
internal sealed class SshExec(SshClient client, string commandLine) : IShellTransport
{
    private readonly SshCommand _command = client.CreateCommand(commandLine);
    private Stream? _input;

    /// <inheritdoc/>
    public Stream Output => _command.OutputStream;

    /// <inheritdoc/>
    public Stream Control => _command.ExtendedOutputStream;

    /// <inheritdoc/>
    public long Unread
    {
        get
        {
            try
            {
                return _command.OutputStream.Length + _command.ExtendedOutputStream.Length;
            }
            catch (ObjectDisposedException)
            {
                // It ended just now.
                return 0;
            }
        }
    }

    /// <inheritdoc/>
    public string? Exit =>
        _command.ExitStatus is { } status ? string.Create(CultureInfo.InvariantCulture, $"exit status {status}")
        : _command.ExitSignal is { } signal ? $"signal {signal}" : null;

    /// <inheritdoc/>
    public bool IsConnected => client.IsConnected;

    /// <inheritdoc/>
    public Task<Task> StartAsync(CancellationToken cancellationToken) =>

        // ExecuteAsync blocks its caller for two round trips before it returns its task.
        Task.Factory.StartNew(
            () =>
            {
                Task running = _command.ExecuteAsync(CancellationToken.None);
                _input = _command.CreateInputStream();
                return running;
            },
            cancellationToken,
            TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);

    /// <inheritdoc/>
    public void Write(ReadOnlyMemory<byte> bytes) => _input!.Write(bytes.Span);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _input?.Dispose();
            _command.Dispose();
        }
        catch (Exception)
        {
            // The connection may be gone already; there is nothing left to close then.
        }
        finally
        {
            // Whoever reads them would wait for ever when the connection ended while the channel was being opened.
            _command.OutputStream.Dispose();
            _command.ExtendedOutputStream.Dispose();
        }
    }
}
