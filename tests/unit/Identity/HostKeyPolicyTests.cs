using HostingDeploy.Sessions.Identity;
using Renci.SshNet;
using Xunit;

namespace HostingDeploy.Tests.Identity;

public sealed class HostKeyPolicyTests(HostKeyMaker keys) : IClassFixture<HostKeyMaker>, IDisposable
{
    private static readonly HostKeyNames s_names = HostKeyNames.For("web1.example.com", 2222);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Unknown_is_refused_with_the_way_to_accept_it()
    {
        DeployException error = Refusal(Policy("", HostKeyMode.Strict), keys.First);
        Assert.Equal("HostKeyUnknown", error.ErrorId);
        Assert.Contains("ssh-ed25519", error.Message, StringComparison.Ordinal);
        Assert.Contains(keys.First.Fingerprint, error.Message, StringComparison.Ordinal);
        Assert.Contains("ssh_host_ed25519_key.pub", error.RecommendedAction, StringComparison.Ordinal);
        Assert.EndsWith("New-DeploySession web1 -AcceptNewHostKey", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("", File.ReadAllText(_folder.At("known_hosts")));
    }

    [Fact]
    public void The_fingerprint_is_the_one_ssh_keygen_prints()
    {
        string file = _folder.Write("key.pub", keys.First + "\n");
        Assert.Contains(keys.First.Fingerprint, Tool.Run("ssh-keygen", "-l", "-f", file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HostKeyMode.Strict)]
    [InlineData(HostKeyMode.AcceptNew)]
    internal void Changed_is_refused_in_every_mode(HostKeyMode mode)
    {
        DeployException error = Refusal(Policy($"# old\n[web1.example.com]:2222 {keys.Second}", mode), keys.First);
        Assert.Equal("HostKeyChanged", error.ErrorId);
        Assert.Contains(keys.First.Fingerprint, error.Message, StringComparison.Ordinal);
        Assert.Contains(keys.Second.Fingerprint, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_folder.At("known_hosts")}:2", error.Message, StringComparison.Ordinal);
        Assert.Contains($"ssh-keygen -f {_folder.At("known_hosts")} -R '[web1.example.com]:2222'", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_key_type_of_a_known_host_is_not_a_new_host()
    {
        DeployException error = Refusal(Policy($"[web1.example.com]:2222 {keys.Ecdsa}", HostKeyMode.AcceptNew), keys.First);
        Assert.Equal("HostKeyChanged", error.ErrorId);
        Assert.Contains("type that is not known", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Revoked_is_refused_even_when_pinned()
    {
        HostKeyPolicy policy = Policy($"@revoked * {keys.First}", HostKeyMode.AcceptNew, keys.First.Fingerprint);
        Assert.Equal("HostKeyRevoked", Refusal(policy, keys.First).ErrorId);
    }

    [Fact]
    public void A_pin_decides_alone()
    {
        HostKeyPolicy policy = Policy($"[web1.example.com]:2222 {keys.Second}", HostKeyMode.Strict, "SHA256:x", keys.First.Fingerprint + "=");
        Assert.True(policy.Decide(new HostKey(keys.First)).IsTrusted);
        DeployException error = Refusal(policy, keys.Second);
        Assert.Equal("HostKeyNotPinned", error.ErrorId);
        Assert.Contains(keys.Second.Fingerprint, error.Message, StringComparison.Ordinal);
        Assert.Contains(keys.First.Fingerprint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_certificate_is_named()
    {
        HostKeyPolicy policy = Policy($"@cert-authority *.example.com {keys.Authority}", HostKeyMode.AcceptNew);
        DeployException error = Assert.Throws<DeployException>(() => policy.Decide(keys.Certified("-h", "-n", "web2.example.com")));
        Assert.Equal("HostCertificateRejected", error.ErrorId);
        Assert.Contains("for web2.example.com and not for web1.example.com", error.Message, StringComparison.Ordinal);
        Assert.Contains("known_hosts:1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Accepting_writes_the_key_once()
    {
        HostKeyPolicy policy = Policy("web2 " + keys.Second, HostKeyMode.AcceptNew);
        Assert.True(policy.Decide(new HostKey(keys.First)).IsTrusted);
        Assert.True(policy.Decide(new HostKey(keys.First)).IsTrusted);
        Assert.Equal($"web2 {keys.Second}\n[web1.example.com]:2222 {keys.First}\n", File.ReadAllText(_folder.At("known_hosts")));
        Assert.True(Policy(null, HostKeyMode.Strict).Decide(new HostKey(keys.First)).IsTrusted);
    }

    [Fact]
    public void What_a_person_accepted_is_one_key_of_one_server()
    {
        string known = _folder.At("known_hosts");
        string file = _folder.Write("config", $"UserKnownHostsFile {known}\nHostKeyAlias web1.example.com\n");
        HostKeyPolicy policy = HostKeyPolicy.For(SshConfig.Resolve("web1", file: file), "web1", "web1", acceptNew: false, [], [keys.First.Fingerprint]);
        var other = (HostKeyUnknownException)Refusal(policy, keys.Second);
        Assert.Equal((keys.Second.Fingerprint, "web1", true), (other.Fingerprint, other.Server, other.MayAsk));
        Assert.False(File.Exists(known));
        Assert.True(policy.Decide(new HostKey(keys.First)).IsTrusted);
        Assert.Equal($"web1.example.com {keys.First}\n", File.ReadAllText(known));
    }

    [Theory]
    [InlineData("yes", false)]
    [InlineData("ask", true)]
    public void StrictHostKeyChecking_says_whether_a_person_may_be_asked(string strict, bool mayAsk)
    {
        string file = _folder.Write("config", $"UserKnownHostsFile none\nGlobalKnownHostsFile none\nStrictHostKeyChecking {strict}\n");
        HostKeyPolicy policy = HostKeyPolicy.For(SshConfig.Resolve("hub", file: file), "hub", "web 1", acceptNew: false, [], []);
        var unknown = (HostKeyUnknownException)Refusal(policy, keys.First);
        Assert.Equal(mayAsk, unknown.MayAsk);
        Assert.EndsWith("New-DeploySession 'web 1' -AcceptNewHostKey", unknown.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Creates_folder_and_file_for_their_owner_only()
    {
        string file = _folder.At("home/.ssh/known_hosts");
        KnownHostsWriter.Append(file, s_names, keys.First, hashName: false);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("0700", Mode(File.GetUnixFileMode(Path.GetDirectoryName(file)!)));
            Assert.Equal("0600", Mode(File.GetUnixFileMode(file)));
        }

        static string Mode(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
    }

    [Fact]
    public void Sessions_opened_at_the_same_time_lose_no_line()
    {
        string file = _folder.At("known_hosts");
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            KnownHostsWriter.Append(file, HostKeyNames.For($"web{i}", 22), keys.First, hashName: false);
            KnownHosts.Load([file]);
        });
        KnownHosts known = KnownHosts.Load([file]);
        Assert.All(Enumerable.Range(0, 64), i => Assert.Equal(["ssh-ed25519"], known.KeyTypesFor(HostKeyNames.For($"web{i}", 22), [])));
        Assert.Equal(64, File.ReadAllLines(file).Length);
    }

    [Fact]
    public void Sessions_opened_at_the_same_time_write_a_key_once()
    {
        string file = _folder.Write("known_hosts", "other " + keys.Ecdsa);
        Parallel.For(0, 16, _ => KnownHostsWriter.Append(file, s_names, keys.First, hashName: true));
        KnownHostsWriter.Append(file, s_names, keys.Second, hashName: true);
        Assert.Equal(3, File.ReadAllLines(file).Length);
    }

    [Fact]
    public void Writing_to_the_null_device_is_no_error()
    {
        if (!OperatingSystem.IsWindows())
        {
            KnownHostsWriter.Append("/dev/null", s_names, keys.First, hashName: false);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_reported()
    {
        Directory.CreateDirectory(_folder.At("known_hosts"));
        DeployException error = Assert.Throws<DeployException>(
            () => KnownHostsWriter.Append(_folder.At("known_hosts"), s_names, keys.First, hashName: false));
        Assert.Equal("KnownHostsNotWritable", error.ErrorId);
    }

    [Fact]
    public void Known_types_are_asked_for_first_in_the_order_of_the_file()
    {
        ConnectionInfo connection = Connection();
        HostKeyAlgorithmOrder.Apply(connection.HostKeyAlgorithms, ["ssh-rsa", "ecdsa-sha2-nistp256"], hasAuthority: false);
        string[] names = [.. connection.HostKeyAlgorithms.Keys];
        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ssh-ed25519"], names.Take(4));
        Assert.DoesNotContain("ssh-rsa", names);
        Assert.EndsWith("-cert-v01@openssh.com", names[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Certificates_are_asked_for_first_where_an_authority_is_known()
    {
        ConnectionInfo connection = Connection();
        HostKeyAlgorithmOrder.Apply(connection.HostKeyAlgorithms, ["ecdsa-sha2-nistp256"], hasAuthority: true);
        string[] names = [.. connection.HostKeyAlgorithms.Keys];
        Assert.Equal("ssh-ed25519-cert-v01@openssh.com", names[0]);
        Assert.Equal("ecdsa-sha2-nistp256", names.First(n => !n.Contains("-cert-", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", false, HostKeyMode.Strict)]
    [InlineData("", true, HostKeyMode.AcceptNew)]
    [InlineData("StrictHostKeyChecking ask", false, HostKeyMode.Strict)]
    [InlineData("StrictHostKeyChecking accept-new", false, HostKeyMode.AcceptNew)]
    [InlineData("StrictHostKeyChecking no", false, HostKeyMode.AcceptNew)]
    [InlineData("StrictHostKeyChecking yes", true, HostKeyMode.AcceptNew)]
    internal void Follows_ssh_config(string configuration, bool acceptNew, HostKeyMode mode)
    {
        string known = _folder.At("known_hosts");
        string file = _folder.Write("config", $"UserKnownHostsFile {known}\nHostKeyAlias web1.example.com\nHashKnownHosts yes\n{configuration}\n");
        HostKeyPolicy policy = HostKeyPolicy.For(SshConfig.Resolve("web1", file: file), "web1", "web1", acceptNew, [], []);
        Assert.Equal(mode, policy.Mode);
        Assert.Equal(mode == HostKeyMode.AcceptNew, Record.Exception(() => policy.Decide(new HostKey(keys.First))) is null);
        Assert.Equal(mode == HostKeyMode.AcceptNew, File.Exists(known) && File.ReadAllText(known).StartsWith("|1|", StringComparison.Ordinal));
    }

    private static ConnectionInfo Connection() => new("web1", "deploy", new NoneAuthenticationMethod("deploy"));

    private static DeployException Refusal(HostKeyPolicy policy, SshPublicKey key) =>
        Assert.ThrowsAny<DeployException>(() => policy.Decide(new HostKey(key)));

    private HostKeyPolicy Policy(string? lines, HostKeyMode mode, params string[] pins)
    {
        string file = lines is null ? _folder.At("known_hosts") : _folder.Write("known_hosts", lines);
        return new HostKeyPolicy(KnownHosts.Load([file]), s_names)
        {
            ServerName = "web1",
            Destination = "web1",
            Mode = mode,
            PinnedFingerprints = pins,
            NewEntriesFile = file,
        };
    }
}
