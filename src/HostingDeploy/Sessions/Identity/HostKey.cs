using Renci.SshNet.Common;
using Renci.SshNet.Security;

namespace HostingDeploy.Sessions.Identity;

/// <summary>The key a server presented, and the certificate it came in, if any.</summary>
internal sealed record HostKey(SshPublicKey Key, Certificate? Certificate = null)
{
    public string Type => Key.Type;

    public string Fingerprint => Key.Fingerprint;

    public static HostKey From(HostKeyEventArgs received)
    {
        // The algorithm's name is not the key's type (rsa-sha2-512 signs with an ssh-rsa key), so the type is read from the key.
        return SshPublicKey.TryRead(received.HostKey, out SshPublicKey? key)
            ? new HostKey(key, received.Certificate)
            : throw new SshConnectionException("The server presented a host key that cannot be read.");
    }
}
