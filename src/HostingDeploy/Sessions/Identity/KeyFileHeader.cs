using System.Text;
using System.Text.RegularExpressions;

namespace HostingDeploy.Sessions.Identity;

/// <summary>What a private key file tells without its passphrase.</summary>
internal sealed partial record KeyFileHeader(KeyFileFormat Format, bool IsEncrypted, SshPublicKey? PublicKey)
{
    private const string OpenSshMagic = "openssh-key-v1\0";

    /// <summary>Reads the header of a key file's text.</summary>
    public static KeyFileHeader Read(string text)
    {
        if (text.StartsWith("PuTTY-User-Key-File-", StringComparison.Ordinal))
        {
            return new KeyFileHeader(KeyFileFormat.Putty, !text.Contains("\nEncryption: none", StringComparison.Ordinal), PuttyPublicKey(text));
        }

        if (PemBegin().Match(text) is { Success: true } begin)
        {
            return begin.Groups["name"].Value switch
            {
                "OPENSSH PRIVATE KEY" => ReadOpenSsh(text[(begin.Index + begin.Length)..]),
                "ENCRYPTED PRIVATE KEY" => new KeyFileHeader(KeyFileFormat.Pem, true, null),
                "DSA PRIVATE KEY" => new KeyFileHeader(KeyFileFormat.Dsa, false, null),
                _ => new KeyFileHeader(KeyFileFormat.Pem, text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal), null),
            };
        }

        string[] columns = text.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        return columns.Length >= 2 && SshPublicKey.TryParse(columns[0], columns[1], out SshPublicKey? key)
            ? new KeyFileHeader(KeyFileFormat.PublicKey, false, key)
            : new KeyFileHeader(KeyFileFormat.Unknown, false, null);
    }

    /// <summary>PROTOCOL.key: magic, cipher, kdf, kdf options, number of keys, public key, then what is encrypted.</summary>
    private static KeyFileHeader ReadOpenSsh(string body)
    {
        var unreadable = new KeyFileHeader(KeyFileFormat.Unknown, false, null);
        int end = body.IndexOf('-', StringComparison.Ordinal);
        byte[] blob = new byte[body.Length];
        if (end < 0
            || !Convert.TryFromBase64String(body[..end], blob, out int length)
            || !blob.AsSpan(0, length).StartsWith(Encoding.ASCII.GetBytes(OpenSshMagic)))
        {
            return unreadable;
        }

        var reader = new SshWireReader(blob.AsSpan(OpenSshMagic.Length..length));
        return reader.TryReadText(out string cipher) && reader.TryReadBytes(out _) && reader.TryReadBytes(out _)
            && reader.TryReadUInt32(out _)
            && reader.TryReadBytes(out ReadOnlySpan<byte> key) && SshPublicKey.TryRead(key, out SshPublicKey? publicKey)
                ? new KeyFileHeader(KeyFileFormat.OpenSsh, cipher != "none", publicKey)
                : unreadable;
    }

    private static SshPublicKey? PuttyPublicKey(string text)
    {
        Match match = PuttyPublicLines().Match(text);
        byte[] blob = new byte[match.Length];
        return match.Success && Convert.TryFromBase64String(match.Groups["data"].Value, blob, out int length)
            && SshPublicKey.TryRead(blob.AsSpan(0, length), out SshPublicKey? key)
                ? key
                : null;
    }

    [GeneratedRegex(@"^-+ *BEGIN (?<name>[A-Z0-9 ]*PRIVATE KEY) *-+\r?$", RegexOptions.Multiline)]
    private static partial Regex PemBegin();

    [GeneratedRegex(@"^Public-Lines: \d+\r?\n(?<data>([A-Za-z0-9+/=]+\r?\n)+)", RegexOptions.Multiline)]
    private static partial Regex PuttyPublicLines();
}

/// <summary>The formats of key files.</summary>
internal enum KeyFileFormat
{
    Unknown,
    OpenSsh,

    /// <summary>The traditional PEM formats and PKCS#8.</summary>
    Pem,
    Putty,

    /// <summary>DSA keys, which no current server accepts.</summary>
    Dsa,

    /// <summary>A .pub file or a certificate.</summary>
    PublicKey,
}
