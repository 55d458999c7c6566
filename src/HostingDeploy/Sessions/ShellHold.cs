namespace HostingDeploy.Sessions;

/// <summary>Something a remote shell holds (a lock) until it is let go or the connection ends.</summary>
internal sealed class ShellHold(ShellReply reply, Func<Task> release) : IAsyncDisposable
{
    /// <summary>What the shell answered when it took hold.</summary>
    internal ShellReply Reply { get; } = reply;

    public async ValueTask DisposeAsync() => await release().ConfigureAwait(false);
}
