namespace HostingDeploy.Sessions;

using HostingDeploy.Sessions.Identity;

/// <summary>One server on the way: the session's own, or a jump host before it.</summary>
/// <param name="Name">Its name for people.</param>
/// <param name="Settings">Where it is and as whom to log in.</param>
/// <param name="Authentication">How the person proves who they are.</param>
/// <param name="HostKeys">Which host key is the server's.</param>
internal sealed record SessionTarget(string Name, SshHostSettings Settings, AuthenticationPlan Authentication, HostKeyPolicy HostKeys)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
