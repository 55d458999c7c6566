namespace HostingDeploy.Sessions;

/// <summary>Where a session leads and as whom.</summary>
/// <param name="Name">The server's name for people.</param>
/// <param name="HostName">Address or DNS name.</param>
/// <param name="Port">TCP port.</param>
/// <param name="User">Login user.</param>
internal sealed record SessionTarget(string Name, string HostName, int Port, string User)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
