namespace HostingDeploy.Sessions;

/// <summary>The bytes between a shell at the far end and its client: an exec channel, or the pipes of a process.</summary>
internal interface IShellTransport : IDisposable
{
    /// <summary>What the shell's steps print (stdout).</summary>
    Stream Output { get; }

    /// <summary>What the shell itself has to say (stderr).</summary>
    Stream Control { get; }

    /// <summary>Bytes that have arrived and were not read yet.</summary>
    long Unread { get; }

    /// <summary>How the shell ended ("exit status 1"), once that is known. What it left behind may keep the streams open longer.</summary>
    string? Exit { get; }

    /// <summary>Whether other shells of the same connection could be spoken to.</summary>
    bool IsConnected { get; }

    /// <summary>Starts the shell.</summary>
    /// <returns>A task that is done, or fails, when the shell has ended and all it said has arrived.</returns>
    Task<Task> StartAsync(CancellationToken cancellationToken);

    /// <summary>Sends; blocks while the far end takes nothing.</summary>
    void Write(ReadOnlyMemory<byte> bytes);
}
