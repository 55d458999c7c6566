using System.Security.Cryptography;
using Renci.SshNet;
using Renci.SshNet.Security;
using Renci.SshNet.Security.Cryptography;

namespace HostingDeploy.Sessions.Identity;

/// <summary>An opened private key, with the certificate that goes with it.</summary>
internal sealed class PrivateKey : IPrivateKeySource, IDisposable
{
    private readonly PrivateKeyFile _opened;

    public PrivateKey(string file, PrivateKeyFile opened, SshPublicKey? certificate)
    {
        File = file;
        _opened = opened;
        PublicKey = PublicKeyOf(opened);
        Certificate = certificate;

        // SSH.NET would try RSA with SHA-1 first, which costs a round trip and an attempt at a server that has not accepted it for years.
        IEnumerable<HostAlgorithm> plain = opened.HostKeyAlgorithms.Where(a => a.Name != "ssh-rsa");
        HostKeyAlgorithms = certificate is null ? [.. plain] : [.. Certified(opened.Key, certificate), .. plain];
    }

    public string File { get; }

    public SshPublicKey PublicKey { get; }

    public SshPublicKey? Certificate { get; }

    /// <summary>How the key can sign: by its certificate first, then as itself.</summary>
    public IReadOnlyCollection<HostAlgorithm> HostKeyAlgorithms { get; }

    public void Dispose() => _opened.Dispose();

    /// <summary>The public half of an opened key.</summary>
    public static SshPublicKey PublicKeyOf(PrivateKeyFile opened) =>
        SshPublicKey.TryRead(opened.HostKeyAlgorithms.First().Data, out SshPublicKey? key)
            ? key
            : throw new InvalidOperationException("The public half of the key cannot be encoded.");

    private static IEnumerable<HostAlgorithm> Certified(Key key, SshPublicKey certificateKey)
    {
        var certificate = new Certificate(certificateKey.Blob.ToArray());
        return key is RsaKey rsa
            ?
            [
                new CertificateHostAlgorithm("rsa-sha2-512-cert-v01@openssh.com", key, certificate, new RsaDigitalSignature(rsa, HashAlgorithmName.SHA512)),
                new CertificateHostAlgorithm("rsa-sha2-256-cert-v01@openssh.com", key, certificate, new RsaDigitalSignature(rsa, HashAlgorithmName.SHA256)),
            ]
            : [new CertificateHostAlgorithm(certificate.Name, key, certificate)];
    }
}
