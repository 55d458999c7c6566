namespace HostingDeploy.Sessions;

/// <summary>Something a remote shell holds (a lock) until it is let go or the connection ends.</summary>
internal sealed class ShellHold(ShellReply reply, string release, Func<string, Task> evaluate) : IAsyncDisposable
{
    /// <summary>What the shell answered when it took hold.</summary>
    internal ShellReply Reply { get; set; } = reply;

    /// <summary>What the shell does to let it go.</summary>
    internal string Release { get; set; } = release;

    public async ValueTask DisposeAsync() => await evaluate(Release).ConfigureAwait(false);
}
