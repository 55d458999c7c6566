using System.Text;
using Renci.SshNet.Security;

namespace HostingDeploy.Sessions.Identity;

/// <summary>The known_hosts files of a user and a machine, read and judged as OpenSSH does.</summary>
internal sealed class KnownHosts
{
    // A signature by the authority with SHA-1 ("ssh-rsa") can be forged; OpenSSH's CASignatureAlgorithms leaves it out as well.
    private static readonly HashSet<string> s_authoritySignatures =
    [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ];

    private readonly List<KnownHostEntry> _entries = [];

    private KnownHosts(IReadOnlyList<string> files) => Files = files;

    /// <summary>The files, in the order in which they are searched, whether they exist or not.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Reads the files. One that is missing or cannot be read knows no host; a line that cannot be read is passed over.</summary>
    public static KnownHosts Load(IEnumerable<string> files)
    {
        var result = new KnownHosts([.. files]);
        foreach (string file in result.Files)
        {
            int number = 0;
            foreach (string line in ReadLines(file))
            {
                if (KnownHostEntry.Parse(line, file, ++number) is { } entry)
                {
                    result._entries.Add(entry);
                }
            }
        }

        return result;
    }

    /// <summary>The types of the keys known for a host, in file order: the transport asks for these first, so that a known key is presented.</summary>
    /// <param name="names">The host.</param>
    /// <param name="pinnedFingerprints">When there are any, other keys do not count.</param>
    public IReadOnlyList<string> KeyTypesFor(HostKeyNames names, IReadOnlyList<string> pinnedFingerprints)
    {
        List<string> types = Types(names.Token);
        return types.Count == 0 && names.PortlessToken is { } portless ? Types(portless) : types;

        List<string> Types(string token) =>
        [
            .. For(token)
                .Where(e => e.Marker == KnownHostMarker.None && (pinnedFingerprints.Count == 0 || pinnedFingerprints.Contains(e.Key.Fingerprint)))
                .Select(e => e.Key.Type)
                .Distinct(),
        ];
    }

    /// <summary>Whether some authority may certify this host's key.</summary>
    public bool HasAuthorityFor(HostKeyNames names) => Tokens(names)
        .SelectMany(For)
        .Any(e => e.Marker == KnownHostMarker.CertificateAuthority);

    /// <summary>Judges the key that a server presented.</summary>
    public HostKeyFinding Check(HostKeyNames names, HostKey hostKey)
    {
        foreach (string token in Tokens(names))
        {
            if (For(token).FirstOrDefault(e => IsRevokedBy(e, hostKey)) is { } revoked)
            {
                return new HostKeyFinding(HostKeyVerdict.Revoked, revoked);
            }
        }

        HostKeyFinding finding = Check(names.Token, names.CertificateName, hostKey);
        if (finding.Verdict == HostKeyVerdict.Unknown && names.PortlessToken is { } portless)
        {
            // A host known without a port may answer on any port, but another key there is not a changed one: it may be another server.
            HostKeyFinding other = Check(portless, names.CertificateName, hostKey);
            return other.IsTrusted || other.Verdict == HostKeyVerdict.CertificateRejected ? other : finding;
        }

        return finding;
    }

    private HostKeyFinding Check(string token, string certificateName, HostKey hostKey)
    {
        KnownHostEntry? authority = null;
        string? rejected = null;
        if (hostKey.Certificate is { } certificate)
        {
            authority = For(token).FirstOrDefault(e => e.Marker == KnownHostMarker.CertificateAuthority && IsAuthority(e, certificate));
            if (authority is not null)
            {
                rejected = WhyRejected(certificate, certificateName);
                if (rejected is null)
                {
                    return new HostKeyFinding(HostKeyVerdict.TrustedByAuthority, authority);
                }
            }
        }

        List<KnownHostEntry> known = [.. For(token).Where(e => e.Marker == KnownHostMarker.None)];
        if (known.FirstOrDefault(e => e.Key.Equals(hostKey.Key)) is { } match)
        {
            return new HostKeyFinding(HostKeyVerdict.Trusted, match);
        }

        if (rejected is not null)
        {
            return new HostKeyFinding(HostKeyVerdict.CertificateRejected, authority, rejected);
        }

        if (known.FirstOrDefault(e => e.Key.Type == hostKey.Type) is { } changed)
        {
            return new HostKeyFinding(HostKeyVerdict.Changed, changed);
        }

        return known.Count > 0
            ? new HostKeyFinding(HostKeyVerdict.OtherTypeKnown, known[0])
            : new HostKeyFinding(HostKeyVerdict.Unknown);
    }

    private IEnumerable<KnownHostEntry> For(string token) => _entries.Where(e => e.IsFor(token));

    private static IEnumerable<string> Tokens(HostKeyNames names) =>
        names.PortlessToken is { } portless ? [names.Token, portless] : [names.Token];

    private static bool IsAuthority(KnownHostEntry entry, Certificate certificate) =>
        entry.Key.Blob.Span.SequenceEqual(certificate.CertificateAuthorityKey);

    private static bool IsRevokedBy(KnownHostEntry entry, HostKey hostKey) =>
        entry.Marker == KnownHostMarker.Revoked
        && (entry.Key.Equals(hostKey.Key) || (hostKey.Certificate is { } certificate && IsAuthority(entry, certificate)));

    /// <summary>Why a certificate of a trusted authority does not hold. SSH.NET has verified its signature, and nothing else that matters here.</summary>
    private static string? WhyRejected(Certificate certificate, string name)
    {
        ulong now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (certificate.Type != Certificate.CertificateType.Host)
        {
            return "it is not a host certificate";
        }

        if (now < certificate.ValidAfterUnixSeconds)
        {
            return "it is not valid yet";
        }

        if (now >= certificate.ValidBeforeUnixSeconds)
        {
            return "it has expired";
        }

        if (!certificate.ValidPrincipals.Any(p => SshPattern.Matches(p, name)))
        {
            return certificate.ValidPrincipals.Count == 0
                ? "it names no host"
                : $"it is for {string.Join(", ", certificate.ValidPrincipals)} and not for {name}";
        }

        if (certificate.CriticalOptions.Count > 0)
        {
            return $"it has the unknown critical option {string.Join(", ", certificate.CriticalOptions.Keys)}";
        }

        var signature = new SshWireReader(certificate.Signature);
        return signature.TryReadText(out string algorithm) && s_authoritySignatures.Contains(algorithm)
            ? null
            : $"it is signed with {algorithm}, which is not safe";
    }

    private static List<string> ReadLines(string file)
    {
        try
        {
            using FileStream? stream = SharedFile.TryOpen(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (stream is null)
            {
                return [];
            }

            var lines = new List<string>();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                lines.Add(line);
            }

            return lines;
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}
