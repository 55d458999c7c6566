using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security;
using HostingDeploy.Sessions.Identity;
using Renci.SshNet.Security;
using Xunit;

namespace HostingDeploy.Tests.Identity;

/// <summary>Key files as ssh-keygen and openssl write them, made once.</summary>
public sealed class KeyFiles : IDisposable
{
    public const string Passphrase = "correct horse ü";

    public KeyFiles()
    {
        foreach (string type in new[] { "ed25519", "ecdsa", "rsa" })
        {
            Tool.MakeKey(Folder, type, type, "", type == "rsa" ? ["-b", "2048"] : []);
            Copy(type, type + "-locked", "-p", "-P", "", "-N", Passphrase, "-a", "1");
        }

        Copy("ed25519", "chacha", "-p", "-P", "", "-N", Passphrase, "-a", "1", "-Z", "chacha20-poly1305@openssh.com");
        foreach (string type in new[] { "ecdsa", "rsa" })
        {
            Copy(type, type + "-pem", "-p", "-m", "PEM", "-P", "", "-N", "");
            Copy(type, type + "-pem-locked", "-p", "-m", "PEM", "-P", "", "-N", Passphrase);
            Copy(type, type + "-pkcs8", "-p", "-m", "PKCS8", "-P", "", "-N", "");
            Copy(type, type + "-pkcs8-locked", "-p", "-m", "PKCS8", "-P", "", "-N", Passphrase);
        }

        Tool.Run("openssl", "genpkey", "-algorithm", "ed25519", "-out", Folder.At("ed25519-openssl"));
        Tool.Run("openssl", "pkcs8", "-topk8", "-in", Folder.At("ed25519-openssl"), "-out", Folder.At("ed25519-openssl-locked"), "-passout", "pass:" + Passphrase);
        Tool.Run("openssl", "genpkey", "-algorithm", "X25519", "-out", Folder.At("x25519"));
        Tool.Run("openssl", "genrsa", "-traditional", "-out", Folder.At("rsa-openssl"), "2048");
        Tool.MakeKey(Folder, "authority");
        Tool.MakeKey(Folder, "other");
        Certify("ed25519");
        Certify("rsa");
        Folder.Write("other-cert.pub", File.ReadAllText(Folder.At("ed25519-cert.pub")));
    }

    public TempFolder Folder { get; } = new();

    public void Dispose() => Folder.Dispose();

    private void Copy(string from, string to, params string[] change)
    {
        Folder.Write(to, File.ReadAllText(Folder.At(from)));
        Folder.Write(to + ".pub", File.ReadAllText(Folder.At(from + ".pub")));
        Tool.Run("ssh-keygen", ["-q", .. change, "-f", Folder.At(to)]);
    }

    private void Certify(string name) =>
        Tool.Run("ssh-keygen", "-q", "-s", Folder.At("authority"), "-I", "test", "-n", "deploy", Folder.At(name + ".pub"));
}

public sealed class PrivateKeyLoaderTests(KeyFiles files) : IClassFixture<KeyFiles>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ed25519", "ssh-ed25519")]
    [InlineData("ecdsa", "ecdsa-sha2-nistp256")]
    [InlineData("rsa", "ssh-rsa")]
    [InlineData("ecdsa-pem", "ecdsa-sha2-nistp256")]
    [InlineData("rsa-pem", "ssh-rsa")]
    [InlineData("ecdsa-pkcs8", "ecdsa-sha2-nistp256")]
    [InlineData("rsa-pkcs8", "ssh-rsa")]
    public void Opens_without_asking(string name, string type)
    {
        using PrivateKey key = new PrivateKeyLoader(_ => throw new InvalidOperationException("asked")).Load(files.Folder.At(name));
        Assert.Equal(type, key.PublicKey.Type);
        Assert.Equal(SshPublicKey.FromFile(files.Folder.At(name + ".pub")), key.PublicKey);
        Assert.DoesNotContain("ssh-rsa", key.HostKeyAlgorithms.Select(a => a.Name));
        Assert.All(key.HostKeyAlgorithms, Signs);
    }

    [Theory]
    [InlineData("ed25519-openssl", "ssh-ed25519")]
    [InlineData("rsa-openssl", "ssh-rsa")]
    public void Opens_keys_of_openssl(string name, string type)
    {
        Restrict(name);
        using PrivateKey key = new PrivateKeyLoader().Load(files.Folder.At(name));
        Assert.Equal(type, key.PublicKey.Type);
    }

    public static TheoryData<string> Locked =>
    [
        "ed25519-locked", "ecdsa-locked", "rsa-locked", "chacha", "ecdsa-pem-locked", "rsa-pem-locked",
        "ecdsa-pkcs8-locked", "rsa-pkcs8-locked", "ed25519-openssl-locked",
    ];

    [Theory]
    [MemberData(nameof(Locked))]
    public void Opens_with_the_passphrase_asked_for_once(string name)
    {
        Restrict(name);
        var asked = new List<string>();
        using PrivateKey key = new PrivateKeyLoader(file => { asked.Add(file); return Secret(KeyFiles.Passphrase); }).Load(files.Folder.At(name));
        Assert.Equal([files.Folder.At(name)], asked);
        Assert.All(key.HostKeyAlgorithms, Signs);
    }

    [Theory]
    [MemberData(nameof(Locked))]
    public void Opens_with_the_passphrase_given(string name)
    {
        Restrict(name);
        using PrivateKey key = new PrivateKeyLoader(passphrase: Secret(KeyFiles.Passphrase)).Load(files.Folder.At(name));
        Assert.NotEmpty(key.HostKeyAlgorithms);
    }

    [Theory]
    [MemberData(nameof(Locked))]
    public void A_wrong_passphrase_is_one_error(string name)
    {
        Restrict(name);
        DeployException error = Fails(new PrivateKeyLoader(passphrase: Secret("wrong")), files.Folder.At(name), "KeyPassphraseWrong");
        Assert.Equal(ErrorCategory.AuthenticationError, error.Category);
        Assert.DoesNotContain("wrong\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Locked))]
    public void A_missing_passphrase_is_one_error(string name)
    {
        Restrict(name);
        Fails(new PrivateKeyLoader(), files.Folder.At(name), "KeyPassphraseRequired");
        Fails(new PrivateKeyLoader(_ => null), files.Folder.At(name), "KeyPassphraseRequired");
        Fails(new PrivateKeyLoader(passphrase: new SecureString()), files.Folder.At(name), "KeyPassphraseRequired");
    }

    [Fact]
    public void Asks_three_times()
    {
        int asked = 0;
        var loader = new PrivateKeyLoader(_ => Secret(++asked < 3 ? "wrong" : KeyFiles.Passphrase));
        loader.Load(files.Folder.At("ed25519-locked")).Dispose();
        Assert.Equal(3, asked);

        asked = 0;
        Fails(new PrivateKeyLoader(_ => Secret("wrong" + ++asked)), files.Folder.At("ed25519-locked"), "KeyPassphraseWrong");
        Assert.Equal(3, asked);
    }

    [Fact]
    public void Files_that_are_no_key_are_told_apart()
    {
        string key = File.ReadAllText(files.Folder.At("ed25519"));
        Assert.Equal(ErrorCategory.ObjectNotFound, Fails(_folder.At("missing"), "KeyFileMissing").Category);
        Fails(_folder.At("no/such/folder"), "KeyFileMissing");
        Fails(_folder.Root, "KeyFileInvalid");
        Fails(_folder.Write("empty", ""), "KeyFileInvalid");
        Fails(_folder.Write("text", "hello"), "KeyFileInvalid");
        Fails(_folder.Write("cut", key[..(key.Length / 2)]), "KeyFileInvalid");
        Fails(_folder.Write("damaged", key.Replace("AAAA", "AAAB", StringComparison.Ordinal)), "KeyFileInvalid");
        Fails(_folder.Write("large", new string('x', (1 << 20) + 1)), "KeyFileInvalid");
        Assert.Contains("public key", Fails(_folder.Write("public", File.ReadAllText(files.Folder.At("ed25519.pub"))), "KeyFileInvalid").Message, StringComparison.Ordinal);
        Fails(_folder.Write("dsa", "-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n"), "KeyTypeUnsupported");
        Fails(_folder.Write("x25519", File.ReadAllText(files.Folder.At("x25519"))), "KeyTypeUnsupported");
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told_apart()
    {
        // A socket can be opened as a file by nobody, not even by root.
        string path = _folder.At("socket");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        Fails(path, "KeyFileUnreadable");
    }

    [Theory]
    [InlineData("none", false)]
    [InlineData("aes256-cbc", true)]
    public void Headers_of_PuTTY_files_tell_the_key_and_whether_it_is_protected(string encryption, bool encrypted)
    {
        SshPublicKey key = SshPublicKey.FromFile(files.Folder.At("ed25519.pub"))!;
        KeyFileHeader header = KeyFileHeader.Read(
            $"PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: {encryption}\r\nComment: c\r\nPublic-Lines: 1\r\n{key.ToString().Split(' ')[1]}\r\nPrivate-Lines: 1\r\n");
        Assert.Equal((KeyFileFormat.Putty, encrypted, key), (header.Format, header.IsEncrypted, header.PublicKey));
    }

    [Fact]
    public void A_key_of_a_FIDO_authenticator_points_to_the_agent()
    {
        // The header of an OpenSSH key file, as PROTOCOL.key describes it, with a public key of a FIDO type.
        byte[] publicKey = [.. Wire.Text("sk-ssh-ed25519@openssh.com"), .. Wire.Bytes(new byte[32]), .. Wire.Text("ssh:")];
        byte[] file = [.. "openssh-key-v1\0"u8, .. Wire.Text("none"), .. Wire.Text("none"), .. Wire.Text(""), 0, 0, 0, 1, .. Wire.Bytes(publicKey), .. Wire.Text("")];
        string text = $"-----BEGIN OPENSSH PRIVATE KEY-----\n{Convert.ToBase64String(file)}\n-----END OPENSSH PRIVATE KEY-----\n";
        DeployException error = Fails(_folder.Write("sk", text), "KeyTypeUnsupported");
        Assert.Contains("ssh-add", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0b110_100_000, "0640")]
    [InlineData(0b110_000_100, "0604")]
    [InlineData(0b110_000_010, "0602")]
    public void A_key_open_to_others_is_refused(int mode, string shown)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string file = _folder.Write("open", File.ReadAllText(files.Folder.At("ed25519")), mode);
        DeployException error = Fails(file, "KeyFileTooOpen");
        Assert.Contains(shown, error.Message, StringComparison.Ordinal);
        Assert.Equal($"chmod 600 '{file}'", error.RecommendedAction);
    }

    [Fact]
    public void The_mode_of_a_link_is_that_of_its_target()
    {
        string link = _folder.At("link");
        File.CreateSymbolicLink(link, files.Folder.At("ed25519"));
        new PrivateKeyLoader().Load(link).Dispose();
    }

    [Theory]
    [InlineData("ed25519", "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519")]
    [InlineData("rsa", "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-512", "rsa-sha2-256")]
    public void The_certificate_beside_the_key_comes_first(string name, params string[] algorithms)
    {
        using PrivateKey key = new PrivateKeyLoader().Load(files.Folder.At(name));
        Assert.Equal(algorithms, key.HostKeyAlgorithms.Select(a => a.Name));
        Assert.Equal(key.PublicKey, key.Certificate!.Certified);
    }

    [Fact]
    public void A_certificate_of_another_key_counts_only_when_it_was_asked_for()
    {
        using PrivateKey key = new PrivateKeyLoader().Load(files.Folder.At("other"));
        Assert.Null(key.Certificate);
        foreach (string certificate in new[] { "other-cert.pub", "other.pub", "missing" })
        {
            DeployException error = Assert.Throws<DeployException>(
                () => new PrivateKeyLoader().Load(files.Folder.At("other"), files.Folder.At(certificate)));
            Assert.Equal("KeyCertificateInvalid", error.ErrorId);
        }
    }

    internal static SecureString Secret(string text) => new NetworkCredential("", text).SecurePassword;

    private static void Signs(HostAlgorithm algorithm)
    {
        byte[] data = [1, 2, 3];
        byte[] signature = algorithm.Sign(data);

        // Verifying with a certificate needs its authority; that the signature is accepted shows against a server.
        Assert.True(algorithm is CertificateHostAlgorithm || algorithm.VerifySignature(data, signature));
    }

    private static DeployException Fails(string file, string errorId) => Fails(new PrivateKeyLoader(), file, errorId);

    private static DeployException Fails(PrivateKeyLoader loader, string file, string errorId)
    {
        DeployException error = Assert.Throws<DeployException>(() => loader.Load(file));
        Assert.True(errorId == error.ErrorId, $"{file}: {error.ErrorId}, {error.Message} {error.InnerException}");
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        return error;
    }

    private void Restrict(string name)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(files.Folder.At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
