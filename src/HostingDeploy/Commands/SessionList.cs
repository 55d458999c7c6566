using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace HostingDeploy.Commands;

/// <summary>The sessions opened in each runspace. A runspace's end must not close what another one was handed.</summary>
internal static class SessionList
{
    private static readonly ConditionalWeakTable<Runspace, List<DeploySession>> s_lists = [];

    internal static void Add(DeploySession session)
    {
        List<DeploySession> list = Mine();
        lock (list)
        {
            list.Add(session);
        }
    }

    /// <summary>Whoever closes it may be in another runspace than the one that opened it.</summary>
    internal static void Remove(DeploySession session)
    {
        foreach ((_, List<DeploySession> list) in s_lists)
        {
            lock (list)
            {
                list.Remove(session);
            }
        }
    }

    internal static DeploySession[] All()
    {
        List<DeploySession> list = Mine();
        lock (list)
        {
            return [.. list];
        }
    }

    internal static DeploySession? OpenTo(string server) =>
        All().LastOrDefault(s => s.State == DeploySessionState.Open && s.Name == server);

    private static List<DeploySession> Mine() => s_lists.GetValue(Runspace.DefaultRunspace, _ => []);
}
