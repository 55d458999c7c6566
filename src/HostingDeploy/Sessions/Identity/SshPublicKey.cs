using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace HostingDeploy.Sessions.Identity;

/// <summary>A public key or certificate as SSH writes it: the type's name and the encoded bytes that start with that name.</summary>
internal sealed class SshPublicKey : IEquatable<SshPublicKey>
{
    private const string CertificateSuffix = "-cert-v01@openssh.com";
    private readonly byte[] _blob;

    private SshPublicKey(string type, byte[] blob)
    {
        Type = type;
        _blob = blob;
    }

    /// <summary>For example <c>ssh-ed25519</c>; for a certificate <c>ssh-ed25519-cert-v01@openssh.com</c>.</summary>
    public string Type { get; }

    public ReadOnlyMemory<byte> Blob => _blob;

    public bool IsCertificate => Type.EndsWith(CertificateSuffix, StringComparison.Ordinal);

    /// <summary>A key held by a FIDO authenticator: only an agent can sign with it.</summary>
    public bool IsSecurityKey => Type.StartsWith("sk-", StringComparison.Ordinal);

    /// <summary>The fingerprint as <c>ssh-keygen -l</c> prints it; a certificate has that of the key it certifies.</summary>
    public string Fingerprint => "SHA256:" + Convert.ToBase64String(SHA256.HashData(Certified.Blob.Span)).TrimEnd('=');

    /// <summary>The key itself; for a certificate the key it certifies.</summary>
    public SshPublicKey Certified => IsCertificate && TryGetCertified(out SshPublicKey? plain) ? plain : this;

    /// <summary>Reads an encoded key. It is one when it starts with the name of a type.</summary>
    public static bool TryRead(ReadOnlySpan<byte> blob, [NotNullWhen(true)] out SshPublicKey? key)
    {
        var reader = new SshWireReader(blob);
        bool read = reader.TryReadText(out string type) && type.Length > 0 && reader.Remaining > 0;
        key = read ? new SshPublicKey(type, blob.ToArray()) : null;
        return read;
    }

    /// <summary>Reads the two columns <c>type base64</c> of known_hosts and .pub files. A type that is not the encoded one is no key.</summary>
    public static bool TryParse(string type, string base64, [NotNullWhen(true)] out SshPublicKey? key)
    {
        key = null;
        byte[] blob = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, blob, out int length)
            && TryRead(blob.AsSpan(0, length), out key)
            && key.Type == type;
    }

    /// <summary>Reads the first key of a .pub file; null when there is none or the file cannot be read.</summary>
    public static SshPublicKey? FromFile(string path)
    {
        try
        {
            foreach (string line in File.ReadLines(path))
            {
                string[] columns = line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
                if (columns.Length >= 2 && TryParse(columns[0], columns[1], out SshPublicKey? key))
                {
                    return key;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }

        return null;
    }

    public bool Equals(SshPublicKey? other) => other is not null && _blob.AsSpan().SequenceEqual(other._blob);

    public override bool Equals(object? obj) => Equals(obj as SshPublicKey);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_blob);
        return hash.ToHashCode();
    }

    /// <summary>The two columns <c>type base64</c>.</summary>
    public override string ToString() => $"{Type} {Convert.ToBase64String(_blob)}";

    private bool TryGetCertified([NotNullWhen(true)] out SshPublicKey? plain)
    {
        plain = null;
        string plainType = Type[..^CertificateSuffix.Length];
        if (plainType.StartsWith("sk-", StringComparison.Ordinal))
        {
            plainType += "@openssh.com";
        }

        // PROTOCOL.certkeys: type, nonce, then the fields of the plain key, then what is certified.
        int fields = plainType switch
        {
            "ssh-ed25519" => 1,
            "sk-ecdsa-sha2-nistp256@openssh.com" => 3,
            _ => 2,
        };
        var reader = new SshWireReader(_blob);
        if (!reader.TryReadBytes(out _) || !reader.TryReadBytes(out _))
        {
            return false;
        }

        using var blob = new MemoryStream();
        WriteField(blob, Encoding.ASCII.GetBytes(plainType));
        for (int i = 0; i < fields; i++)
        {
            if (!reader.TryReadBytes(out ReadOnlySpan<byte> field))
            {
                return false;
            }

            WriteField(blob, field);
        }

        plain = new SshPublicKey(plainType, blob.ToArray());
        return true;
    }

    private static void WriteField(MemoryStream stream, ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)field.Length);
        stream.Write(length);
        stream.Write(field);
    }
}
