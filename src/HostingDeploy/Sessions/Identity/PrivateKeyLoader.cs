using System.Net;
using System.Security;
using System.Text;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace HostingDeploy.Sessions.Identity;

/// <summary>
/// Opens private key files. A passphrase is asked for only when the file needs one. SSH.NET reports a wrong passphrase in four
/// different ways and a missing one in two; here every failure has one error of its own.
/// </summary>
internal sealed class PrivateKeyLoader
{
    private const int LargestKeyFile = 1 << 20;
    private const int Questions = 3;
    private const UnixFileMode OthersMask = (UnixFileMode)0b000_111_111;

    private readonly Func<string, SecureString?>? _askPassphrase;
    private readonly SecureString? _passphrase;

    /// <summary>Creates a loader.</summary>
    /// <param name="askPassphrase">Asked for the passphrase of the file named, up to three times; null from it gives up.</param>
    /// <param name="passphrase">Tried instead of asking.</param>
    public PrivateKeyLoader(Func<string, SecureString?>? askPassphrase = null, SecureString? passphrase = null)
    {
        _askPassphrase = askPassphrase;
        _passphrase = passphrase;
    }

    /// <summary>What the file tells without its passphrase; throws when it is no usable private key.</summary>
    public static KeyFileHeader Inspect(string file) => Read(file).Header;

    /// <summary>Opens a key.</summary>
    /// <param name="file">The private key file.</param>
    /// <param name="certificateFile">Its certificate; without one, <c>file-cert.pub</c> is used when it is there and fits.</param>
    public PrivateKey Load(string file, string? certificateFile = null) => Load(file, key => FindCertificate(file, certificateFile, key));

    /// <summary>Opens a key whose certificate, if it has one, is at hand.</summary>
    public PrivateKey Load(string file, SshPublicKey? certificate) => Load(file, _ => certificate);

    /// <summary>The certificate to present with a key. Like ssh, it passes over one that only lies beside the key and does not fit.</summary>
    public static SshPublicKey? FindCertificate(string file, string? certificateFile, SshPublicKey key)
    {
        string candidate = certificateFile ?? file + "-cert.pub";
        SshPublicKey? certificate = SshPublicKey.FromFile(candidate);
        if (certificate is { IsCertificate: true } && certificate.Certified.Equals(key))
        {
            return certificate;
        }

        return certificateFile is null ? null : throw KeyFileErrors.CertificateInvalid(candidate, Why(candidate, certificate, file));
    }

    private PrivateKey Load(string file, Func<SshPublicKey, SshPublicKey?> findCertificate)
    {
        (byte[] content, KeyFileHeader header) = Read(file);
        PrivateKeyFile opened = header.IsEncrypted ? OpenEncrypted(file, content) : Open(file, content, null);
        try
        {
            return new PrivateKey(file, opened, findCertificate(PrivateKey.PublicKeyOf(opened)));
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static (byte[] Content, KeyFileHeader Header) Read(string file)
    {
        byte[] content;
        try
        {
            // The mode is read from the open file, so that it is the mode of what is read.
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!OperatingSystem.IsWindows())
            {
                UnixFileMode mode = File.GetUnixFileMode(stream.SafeFileHandle);
                if ((mode & OthersMask) != 0)
                {
                    throw KeyFileErrors.TooOpen(file, Convert.ToString((int)mode, 8).PadLeft(4, '0'));
                }
            }

            if (stream.Length > LargestKeyFile)
            {
                throw KeyFileErrors.Invalid(file, "it is too large.");
            }

            content = new byte[stream.Length];
            stream.ReadExactly(content);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw KeyFileErrors.Missing(file);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw Directory.Exists(file) ? KeyFileErrors.Invalid(file, "it is a folder.") : KeyFileErrors.Unreadable(file, e);
        }

        KeyFileHeader header = KeyFileHeader.Read(Encoding.UTF8.GetString(content));
        return header switch
        {
            { Format: KeyFileFormat.Unknown } => throw KeyFileErrors.Invalid(file, "it holds no private key in a known format."),
            { Format: KeyFileFormat.PublicKey } => throw KeyFileErrors.Invalid(file, "it holds a public key; name the private one."),
            { Format: KeyFileFormat.Dsa } => throw KeyFileErrors.TypeUnsupported(file, "DSA"),
            { PublicKey.IsSecurityKey: true } => throw KeyFileErrors.TypeUnsupported(file, $"{header.PublicKey.Type} (FIDO authenticator)"),
            _ => (content, header),
        };
    }

    private PrivateKeyFile OpenEncrypted(string file, byte[] content)
    {
        if (_passphrase is { Length: > 0 })
        {
            return Open(file, content, _passphrase);
        }

        for (int question = 1; ; question++)
        {
            using SecureString? answer = _askPassphrase?.Invoke(file);
            if (answer is null || answer.Length == 0)
            {
                throw KeyFileErrors.PassphraseRequired(file);
            }

            try
            {
                return Open(file, content, answer);
            }
            catch (DeployException e) when (e.ErrorId == KeyFileErrors.PassphraseWrongId && question < Questions)
            {
            }
        }
    }

    private static PrivateKeyFile Open(string file, byte[] content, SecureString? passphrase)
    {
        try
        {
            using var stream = new MemoryStream(content, writable: false);
            return new PrivateKeyFile(stream, passphrase is null ? null : Plain(passphrase, content));
        }
        catch (SshPassPhraseNullOrEmptyException)
        {
            throw KeyFileErrors.PassphraseRequired(file);
        }
        catch (Exception e) when (e is NotSupportedException or SshException && e.Message.Contains("not supported", StringComparison.Ordinal))
        {
            throw KeyFileErrors.TypeUnsupported(file, e.Message, e);
        }
        catch (Exception e) when (passphrase is not null)
        {
            // A wrong passphrase yields bytes without meaning, so any reader may be the one that stumbles over them.
            throw KeyFileErrors.PassphraseWrong(file, e);
        }
        catch (Exception e)
        {
            throw KeyFileErrors.Invalid(file, e.Message, e);
        }
    }

    private static string Plain(SecureString passphrase, byte[] content)
    {
        string plain = new NetworkCredential("", passphrase).Password;

        // For PKCS#8 the library takes one byte from each character, where everybody else takes the UTF-8 bytes.
        return content.AsSpan().IndexOf("BEGIN ENCRYPTED PRIVATE KEY"u8) >= 0 ? Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(plain)) : plain;
    }

    private static string Why(string candidate, SshPublicKey? certificate, string file) => certificate switch
    {
        null when !File.Exists(candidate) => "it does not exist.",
        null or { IsCertificate: false } => "it holds no SSH certificate.",
        _ => $"it certifies another key than '{file}'.",
    };
}
