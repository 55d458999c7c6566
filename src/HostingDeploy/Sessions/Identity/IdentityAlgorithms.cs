using Renci.SshNet.Security;

namespace HostingDeploy.Sessions.Identity;

/// <summary>The signature algorithms a key can be offered with.</summary>
internal static class IdentityAlgorithms
{
    private const string RsaKey = "ssh-rsa";
    private const string RsaCertificate = "ssh-rsa-cert-v01@openssh.com";

    /// <summary>The names under which a key, or a certificate, is offered to a server. RSA with SHA-1 is none of them.</summary>
    public static IReadOnlyList<string> NamesFor(SshPublicKey key) => key.Type switch
    {
        RsaKey => ["rsa-sha2-512", "rsa-sha2-256"],
        RsaCertificate => ["rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com"],
        var type => [type],
    };

    /// <summary>How a key is offered when something else makes the signature: by its certificate first, then as itself.</summary>
    /// <param name="key">The key.</param>
    /// <param name="certificate">Its certificate, if any.</param>
    /// <param name="sign">Makes the encoded signature over the data, for the algorithm of that name.</param>
    public static IReadOnlyCollection<HostAlgorithm> For(SshPublicKey key, SshPublicKey? certificate, Func<string, byte[], byte[]> sign)
    {
        IEnumerable<SshPublicKey> offered = certificate is null ? [key] : [certificate, key];
        return [.. offered.SelectMany(k => NamesFor(k).Select(name => new DelegatedAlgorithm(name, k, sign)))];
    }

    private sealed class DelegatedAlgorithm(string name, SshPublicKey key, Func<string, byte[], byte[]> sign) : HostAlgorithm(name)
    {
        public override byte[] Data { get; } = key.Blob.ToArray();

        public override byte[] Sign(byte[] data) => sign(Name, data);

        public override bool VerifySignature(byte[] data, byte[] signature) =>
            throw new NotSupportedException("A key that is offered to a server only signs.");
    }
}
