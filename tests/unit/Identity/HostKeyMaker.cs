using HostingDeploy.Sessions.Identity;
using Renci.SshNet.Security;

namespace HostingDeploy.Tests.Identity;

/// <summary>Host keys and certificates for tests, made by ssh-keygen once for all of them.</summary>
public sealed class HostKeyMaker : IDisposable
{
    private readonly TempFolder _folder = new();

    public HostKeyMaker()
    {
        First = Key("first", "ed25519");
        Second = Key("second", "ed25519");
        Ecdsa = Key("ecdsa", "ecdsa");
        Authority = Key("authority", "ed25519");
    }

    internal SshPublicKey First { get; }

    internal SshPublicKey Second { get; }

    internal SshPublicKey Ecdsa { get; }

    internal SshPublicKey Authority { get; }

    public void Dispose() => _folder.Dispose();

    /// <summary>The first key in a certificate of the authority.</summary>
    internal HostKey Certified(params string[] options)
    {
        Tool.Run("ssh-keygen", ["-q", "-s", _folder.At("authority"), "-I", "test", .. options, _folder.At("first.pub")]);
        SshPublicKey certificate = SshPublicKey.FromFile(_folder.At("first-cert.pub"))!;
        return new HostKey(First, new Certificate(certificate.Blob.ToArray()));
    }

    private SshPublicKey Key(string name, string type) =>
        SshPublicKey.FromFile(Tool.MakeKey(_folder, name, type) + ".pub")!;
}
