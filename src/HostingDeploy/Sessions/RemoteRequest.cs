namespace HostingDeploy.Sessions;

/// <summary>A step for a server: what to run there, and who hears of it.</summary>
/// <param name="Script">Run by bash, as root.</param>
internal sealed record RemoteRequest(string Script)
{
    /// <summary>Receives what it prints and tells, as it comes.</summary>
    internal IRemoteOutput? Output { get; init; }

    /// <summary>How long it may take once it has begun; null: as long as it does. Then it is stopped, and a <see cref="TimeoutException"/> says so.</summary>
    internal TimeSpan? Limit { get; init; }
}
