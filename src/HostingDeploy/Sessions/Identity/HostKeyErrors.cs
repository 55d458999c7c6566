using System.Management.Automation;

namespace HostingDeploy.Sessions.Identity;

/// <summary>The refusals of a host key: what was presented, what was expected, where that is written and what to do.</summary>
internal static class HostKeyErrors
{
    public static HostKeyUnknownException Unknown(string server, string destination, HostKey presented, bool hasAuthority, bool mayAsk) => new(
        server,
        presented.Fingerprint,
        mayAsk,
        $"Server '{server}' is not known yet. It presented the {presented.Type} key {presented.Fingerprint}"
            + (hasAuthority ? ", without a certificate of the authority that known_hosts names for it." : "."),
        $"{AskOwner(presented)} If it is the same, run: New-DeploySession {Quote(destination)} -AcceptNewHostKey");

    public static DeployException Changed(string server, string destination, HostKeyNames names, HostKey presented, HostKeyFinding finding)
    {
        KnownHostEntry known = finding.Entry!;
        string what = finding.Verdict == HostKeyVerdict.OtherTypeKnown
            ? $"Server '{server}' presented a key of a type that is not known for it"
            : $"The host key of server '{server}' has changed";
        return new DeployException(
            "HostKeyChanged",
            ErrorCategory.SecurityError,
            $"{what}: it presented the {presented.Type} key {presented.Fingerprint}, but {known.Location} has the {known.Key.Type} key "
                + $"{known.Key.Fingerprint}. Either the server was reinstalled, or someone is posing as it.",
            server,
            $"{AskOwner(presented)} Only if it is the same, forget the old key with: ssh-keygen -f {Quote(known.File)} -R {Quote(names.Token)} "
                + $"and run: New-DeploySession {Quote(destination)} -AcceptNewHostKey");
    }

    public static DeployException Revoked(string server, HostKey presented, HostKeyFinding finding) => new(
        "HostKeyRevoked",
        ErrorCategory.SecurityError,
        $"Server '{server}' presented the {presented.Type} key {presented.Fingerprint}, which {finding.Entry!.Location} marks as revoked.",
        server,
        "Do not connect. A revoked key may have been stolen: give the server a new host key, or have the owner of known_hosts lift the revocation.");

    public static DeployException NotPinned(string server, HostKey presented, IReadOnlyList<string> pinned) => new(
        "HostKeyNotPinned",
        ErrorCategory.SecurityError,
        $"Server '{server}' presented the {presented.Type} key {presented.Fingerprint}; expected is {string.Join(" or ", pinned)}.",
        server,
        $"{AskOwner(presented)} If it is the same, correct the expected fingerprint.");

    public static DeployException CertificateRejected(string server, HostKey presented, HostKeyFinding finding) => new(
        "HostCertificateRejected",
        ErrorCategory.SecurityError,
        $"The host certificate of server '{server}' ({presented.Type} key {presented.Fingerprint}) is not accepted: {finding.Reason}. "
            + $"Its authority {finding.Entry!.Key.Fingerprint} is trusted by {finding.Entry.Location}.",
        server,
        "Have the authority issue a new host certificate that names this host (ssh-keygen -s <authority> -h -n <names> -V <time> <key>.pub).");

    /// <summary>A word PowerShell and a POSIX shell both take as one argument; bare where it needs no quotes.</summary>
    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':')
            ? word
            : $"'{word.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string AskOwner(HostKey presented)
    {
        string name = presented.Type.StartsWith("ecdsa", StringComparison.Ordinal) ? "ecdsa" : presented.Type.Replace("ssh-", "", StringComparison.Ordinal);
        return $"Compare the fingerprint with the one the server's owner reads there (ssh-keygen -lf /etc/ssh/ssh_host_{name}_key.pub).";
    }
}
