using System.Security.Cryptography;
using System.Text;

namespace HostingDeploy.Sessions.Identity;

/// <summary>What a line of known_hosts says about its key.</summary>
internal enum KnownHostMarker
{
    /// <summary>The host has this key.</summary>
    None,

    /// <summary>This key may certify the host's key.</summary>
    CertificateAuthority,

    /// <summary>This key must never be accepted.</summary>
    Revoked,
}

/// <summary>One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).</summary>
internal sealed record KnownHostEntry(KnownHostMarker Marker, string Names, SshPublicKey Key, string File, int Line)
{
    private const int SaltLength = 20;

    /// <summary>Where the line is, as compilers and editors write it.</summary>
    public string Location => $"{File}:{Line}";

    /// <summary>Reads a line; null for comments, empty lines and lines that OpenSSH would pass over.</summary>
    public static KnownHostEntry? Parse(string line, string file, int number)
    {
        string[] columns = line.Split((char[]?)null, 5, StringSplitOptions.RemoveEmptyEntries);
        if (columns.Length == 0 || columns[0].StartsWith('#'))
        {
            return null;
        }

        KnownHostMarker marker = KnownHostMarker.None;
        if (columns[0].StartsWith('@'))
        {
            switch (columns[0])
            {
                case "@cert-authority":
                    marker = KnownHostMarker.CertificateAuthority;
                    break;
                case "@revoked":
                    marker = KnownHostMarker.Revoked;
                    break;
                default:
                    return null;
            }

            columns = columns[1..];
        }

        return columns.Length >= 3 && SshPublicKey.TryParse(columns[1], columns[2], out SshPublicKey? key)
            ? new KnownHostEntry(marker, columns[0], key, file, number)
            : null;
    }

    /// <summary>Whether the line is about this name, for example <c>web1.example.com</c> or <c>[web1.example.com]:2222</c>, in lower case.</summary>
    public bool IsFor(string token) => Names.StartsWith('|')
        ? HashMatches(token)
        : SshPattern.MatchesList(Names.ToLowerInvariant().Split(','), token);

    /// <summary>Hides a name the way <c>HashKnownHosts</c> does: <c>|1|salt|HMAC-SHA1</c>.</summary>
    public static string HashName(string token)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltLength);
        return $"|1|{Convert.ToBase64String(salt)}|{Convert.ToBase64String(Digest(salt, token))}";
    }

    private bool HashMatches(string token)
    {
        string[] parts = Names.Split('|');
        if (parts.Length != 4 || parts[1] != "1")
        {
            return false;
        }

        Span<byte> salt = stackalloc byte[SaltLength];
        Span<byte> digest = stackalloc byte[HMACSHA1.HashSizeInBytes];
        return Convert.TryFromBase64String(parts[2], salt, out int saltLength) && saltLength == SaltLength
            && Convert.TryFromBase64String(parts[3], digest, out int digestLength) && digestLength == digest.Length
            && digest.SequenceEqual(Digest(salt, token));
    }

    private static byte[] Digest(ReadOnlySpan<byte> salt, string token) =>
#pragma warning disable CA5350 // The file format prescribes SHA-1; it hides names here and protects no key.
        HMACSHA1.HashData(salt, Encoding.UTF8.GetBytes(token));
#pragma warning restore CA5350
}
