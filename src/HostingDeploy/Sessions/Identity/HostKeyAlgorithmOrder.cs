using Renci.SshNet;
using Renci.SshNet.Security;

namespace HostingDeploy.Sessions.Identity;

/// <summary>
/// Which host key algorithms are offered, and in what order. A server presents the key of the first algorithm it has: unless
/// the known types come first, in the order in which they are known, a server with several keys looks like one whose key has
/// changed.
/// </summary>
internal static class HostKeyAlgorithmOrder
{
    private const string CertificateSuffix = "-cert-v01@openssh.com";

    public static void Apply(
        IOrderedDictionary<string, Func<byte[], KeyHostAlgorithm>> algorithms,
        IReadOnlyList<string> knownTypes,
        bool hasAuthority)
    {
        // RSA with SHA-1: OpenSSH has not offered it since 8.8, and as an authority's signature it can be forged.
        algorithms.Remove("ssh-rsa");
        algorithms.Remove("ssh-rsa" + CertificateSuffix);

        int position = 0;
        foreach (string name in algorithms.Keys.OrderBy(Rank).ToList())
        {
            algorithms.SetPosition(name, position++);
        }

        int Rank(string name)
        {
            if (name.EndsWith(CertificateSuffix, StringComparison.Ordinal))
            {
                return hasAuthority ? -1 : algorithms.Count;
            }

            string type = name.StartsWith("rsa-sha2-", StringComparison.Ordinal) ? "ssh-rsa" : name;
            int known = knownTypes.TakeWhile(t => t != type).Count();
            return known < knownTypes.Count ? known : algorithms.Count - 1;
        }
    }
}
