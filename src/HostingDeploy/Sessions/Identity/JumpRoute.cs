using System.Management.Automation;

namespace HostingDeploy.Sessions.Identity;

/// <summary>The jump hosts on the way to a server. As with ssh, the first of them may itself be behind others.</summary>
internal static class JumpRoute
{
    private const int MostHops = 16;

    /// <summary>The settings of the jump hosts, in the order in which they are connected to.</summary>
    /// <param name="target">The server.</param>
    /// <param name="resolve">Finds the settings of a jump host.</param>
    public static IReadOnlyList<SshHostSettings> To(SshHostSettings target, Func<SshJumpHost, SshHostSettings> resolve)
    {
        var route = new List<SshHostSettings>();
        for (SshHostSettings first = target; first.ProxyJump.Count > 0; first = route[0])
        {
            List<SshHostSettings> hops = [.. first.ProxyJump.Select(resolve)];
            if (hops.Exists(hop => IsSame(hop, first)) || route.Count + hops.Count > MostHops)
            {
                throw new DeployException(
                    "ProxyJumpLoop", ErrorCategory.InvalidData, $"The way to '{target.Host}' leads in a circle: '{first.Host}' is to be reached over itself.",
                    target.Host, $"Set ProxyJump none for '{first.Host}' in ssh_config.");
            }

            // ssh tells each hop but the first how it is reached: what its own ProxyJump says does not count.
            route.InsertRange(0, hops);
        }

        SshHostSettings entry = route.Count > 0 ? route[0] : target;
        return entry.ProxyCommand is null ? route : throw new DeployException(
            "ProxyCommandUnsupported", ErrorCategory.NotImplemented, $"ssh_config connects to '{entry.Host}' through a program (ProxyCommand), which is not run here.",
            entry.Host, $"Say ProxyJump instead of ProxyCommand for '{entry.Host}' in ssh_config, or proxyJump in hosting.yml.");
    }

    private static bool IsSame(SshHostSettings one, SshHostSettings other) =>
        one.HostName == other.HostName && one.Port == other.Port && one.User == other.User;
}
