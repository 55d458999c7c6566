using Renci.SshNet.Security;

namespace HostingDeploy.Sessions.Identity;

/// <summary>
/// A private key file that is opened, and its passphrase asked for, only when the server has accepted its public half. A protected
/// file that does not tell its public half is opened when its turn comes.
/// </summary>
internal sealed class KeyFileIdentity : LoginIdentity, IDisposable
{
    private readonly PrivateKeyLoader _loader;
    private readonly SshPublicKey? _certificate;
    private PrivateKey? _opened;

    public KeyFileIdentity(PrivateKeyLoader loader, string file, SshPublicKey? publicKey, SshPublicKey? certificate)
    {
        _loader = loader;
        File = file;
        PublicKey = publicKey;
        _certificate = certificate;
    }

    public string File { get; }

    public override SshPublicKey? PublicKey { get; }

    public override string Description => PublicKey is null ? File : $"{PublicKey.Type} {PublicKey.Fingerprint} of {File}";

    public void Dispose() => _opened?.Dispose();

    protected override IReadOnlyCollection<HostAlgorithm> GetAlgorithms() => PublicKey is null
        ? Open().HostKeyAlgorithms
        : IdentityAlgorithms.For(PublicKey, _certificate, (name, data) => Watch(() => Sign(name, data)));

    private byte[] Sign(string algorithm, byte[] data) =>
        Open().HostKeyAlgorithms.First(a => a.Name == algorithm).Sign(data);

    private PrivateKey Open()
    {
        if (_opened is null)
        {
            PrivateKey opened = PublicKey is null ? _loader.Load(File) : _loader.Load(File, _certificate);
            if (PublicKey is not null && !PublicKey.Equals(opened.PublicKey))
            {
                opened.Dispose();
                throw KeyFileErrors.Invalid(File, $"'{File}.pub' belongs to another key.");
            }

            _opened = opened;
        }

        return _opened;
    }
}
