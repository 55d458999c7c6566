using System.Collections.Concurrent;
using Renci.SshNet;

namespace HostingDeploy.Sessions.Identity;

/// <summary>What to do with the key of a host that nothing is known about.</summary>
internal enum HostKeyMode
{
    /// <summary>Refuse it and say how to accept it.</summary>
    Strict,

    /// <summary>Write it to known_hosts and go on. A changed or revoked key is refused all the same.</summary>
    AcceptNew,
}

/// <summary>
/// Decides whether a server is the one it claims to be. SSH.NET trusts every key unless told otherwise, so a client without
/// <see cref="Attach"/> is not protected at all.
/// </summary>
internal sealed class HostKeyPolicy
{
    private readonly ConcurrentDictionary<SshPublicKey, HostKeyFinding> _accepted = new();
    private readonly KnownHosts _knownHosts;
    private readonly HostKeyNames _names;

    /// <summary>Creates the policy for one server.</summary>
    /// <param name="knownHosts">What is known.</param>
    /// <param name="names">The names the server is known by.</param>
    public HostKeyPolicy(KnownHosts knownHosts, HostKeyNames names)
    {
        _knownHosts = knownHosts;
        _names = names;
    }

    /// <summary>What the person called the server.</summary>
    public required string ServerName { get; init; }

    /// <summary>The server of the session, where this one is or leads to; the lines that errors recommend name it.</summary>
    public required string Destination { get; init; }

    public HostKeyMode Mode { get; init; }

    /// <summary>Whether a person may be asked about an unknown key (<c>StrictHostKeyChecking yes</c>: no).</summary>
    public bool MayAsk { get; init; } = true;

    /// <summary>Fingerprints of unknown keys that a person has looked at and accepted, each for this very server.</summary>
    public IReadOnlyCollection<string> AcceptedFingerprints { get; init; } = [];

    /// <summary>Fingerprints (<c>SHA256:…</c>). When there are any, the key must have one of them and known_hosts is asked for revocations only.</summary>
    public IReadOnlyList<string> PinnedFingerprints { get; init => field = [.. value.Select(pin => pin.Trim().TrimEnd('='))]; } = [];

    /// <summary>Where accepted keys are written: the first of the user's known_hosts files.</summary>
    public string? NewEntriesFile { get; init; }

    public bool HashNewEntries { get; init; }

    /// <summary>The policy that ssh_config asks for: <c>accept-new</c>, and <c>no</c>, accept what is new; anything else is strict.</summary>
    /// <param name="settings">The server's settings.</param>
    /// <param name="serverName">What the person called the server.</param>
    /// <param name="destination">The server of the session: the same one, or the one behind this jump host.</param>
    /// <param name="acceptNew">Whether the person asked to accept a new key.</param>
    /// <param name="pinned">Fingerprints the key must have.</param>
    /// <param name="accepted">Fingerprints of unknown keys that the person has accepted for this server.</param>
    public static HostKeyPolicy For(
        SshHostSettings settings, string serverName, string destination, bool acceptNew, IReadOnlyList<string> pinned, IReadOnlyList<string> accepted) => new(
        KnownHosts.Load([.. settings.UserKnownHostsFiles, .. settings.GlobalKnownHostsFiles]),
        HostKeyNames.For(settings.HostName, settings.Port, settings.HostKeyAlias))
    {
        ServerName = serverName,
        Mode = acceptNew || settings.StrictHostKeyChecking is StrictHostKeyChecking.AcceptNew or StrictHostKeyChecking.No
            ? HostKeyMode.AcceptNew
            : HostKeyMode.Strict,
        MayAsk = settings.StrictHostKeyChecking != StrictHostKeyChecking.Yes,
        Destination = destination,
        AcceptedFingerprints = accepted,
        PinnedFingerprints = pinned,
        NewEntriesFile = settings.UserKnownHostsFiles.Count > 0 ? settings.UserKnownHostsFiles[0] : null,
        HashNewEntries = settings.HashKnownHosts,
    };

    /// <summary>Puts the policy in charge of a client that is not connected yet.</summary>
    public void Attach(BaseClient client)
    {
        HostKeyAlgorithmOrder.Apply(
            client.ConnectionInfo.HostKeyAlgorithms,
            _knownHosts.KeyTypesFor(_names, PinnedFingerprints),
            _knownHosts.HasAuthorityFor(_names));
        client.HostKeyReceived += (_, received) =>
        {
            // CanTrust starts as true. Connect rethrows what is thrown here.
            received.CanTrust = false;
            Decide(HostKey.From(received));
            received.CanTrust = true;
        };
    }

    /// <summary>Accepts the key or throws a <see cref="DeployException"/> that says why not.</summary>
    public HostKeyFinding Decide(HostKey hostKey)
    {
        // The server shows its key again whenever the session's keys are renewed; nobody is asked twice.
        if (_accepted.TryGetValue(hostKey.Key, out HostKeyFinding? earlier))
        {
            return earlier;
        }

        HostKeyFinding finding = _knownHosts.Check(_names, hostKey);
        if (finding.Verdict == HostKeyVerdict.Revoked)
        {
            throw HostKeyErrors.Revoked(ServerName, hostKey, finding);
        }

        finding = PinnedFingerprints.Count > 0 ? DecideByPin(hostKey) : DecideByKnownHosts(hostKey, finding);
        _accepted[hostKey.Key] = finding;
        return finding;
    }

    private HostKeyFinding DecideByPin(HostKey hostKey) =>
        PinnedFingerprints.Contains(hostKey.Fingerprint)
            ? new HostKeyFinding(HostKeyVerdict.Trusted, Reason: "its fingerprint is pinned")
            : throw HostKeyErrors.NotPinned(ServerName, hostKey, PinnedFingerprints);

    private HostKeyFinding DecideByKnownHosts(HostKey hostKey, HostKeyFinding finding)
    {
        switch (finding.Verdict)
        {
            case HostKeyVerdict.Trusted or HostKeyVerdict.TrustedByAuthority:
                return finding;
            case HostKeyVerdict.Changed or HostKeyVerdict.OtherTypeKnown:
                throw HostKeyErrors.Changed(ServerName, Destination, _names, hostKey, finding);
            case HostKeyVerdict.CertificateRejected:
                throw HostKeyErrors.CertificateRejected(ServerName, hostKey, finding);
        }

        if (Mode != HostKeyMode.AcceptNew && !AcceptedFingerprints.Contains(hostKey.Fingerprint))
        {
            throw HostKeyErrors.Unknown(ServerName, Destination, hostKey, _knownHosts.HasAuthorityFor(_names), MayAsk);
        }

        if (NewEntriesFile is not null)
        {
            KnownHostsWriter.Append(NewEntriesFile, _names, hostKey.Key, HashNewEntries);
        }

        return new HostKeyFinding(HostKeyVerdict.Trusted, Reason: "it was accepted as new");
    }
}
