using HostingDeploy.Sessions.Identity;
using Renci.SshNet.Security;
using Xunit;

namespace HostingDeploy.Tests.Identity;

public sealed class SshAgentClientTests(KeyFiles files) : IClassFixture<KeyFiles>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lists_keys_and_certificates_in_the_order_of_the_agent()
    {
        using var agent = new RunningAgent(_folder);
        Assert.Empty(new SshAgentClient(agent.Socket).List());
        agent.Add(files.Folder.At("ecdsa"), files.Folder.At("ed25519"));
        IReadOnlyList<AgentIdentity> identities = new SshAgentClient(agent.Socket).List();
        Assert.Equal(["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com"], identities.Select(i => i.Key.Type));
        Assert.Equal(["ecdsa", "ed25519", "ed25519"], identities.Select(i => i.Comment));
        Assert.Equal(SshPublicKey.FromFile(files.Folder.At("ecdsa.pub")), identities[0].Key);
        Assert.Equal(identities[1].Key, identities[2].Key.Certified);
        Assert.Equal(identities[1].Key.Fingerprint, identities[2].Key.Fingerprint);
    }

    [Theory]
    [InlineData("ed25519", "ssh-ed25519")]
    [InlineData("ecdsa", "ecdsa-sha2-nistp256")]
    [InlineData("rsa", "rsa-sha2-512", "rsa-sha2-256")]
    public void Signs(string name, params string[] algorithms)
    {
        using var agent = new RunningAgent(_folder);
        agent.Add(files.Folder.At(name));
        AgentIdentity identity = new SshAgentClient(agent.Socket).List()[0];
        using PrivateKey key = new PrivateKeyLoader().Load(files.Folder.At(name));
        Assert.Equal(algorithms, identity.HostKeyAlgorithms.Select(a => a.Name));
        byte[] data = [1, 2, 3];
        foreach (HostAlgorithm algorithm in identity.HostKeyAlgorithms)
        {
            Assert.True(key.HostKeyAlgorithms.Single(a => a.Name == algorithm.Name).VerifySignature(data, algorithm.Sign(data)));
        }
    }

    [Fact]
    public void Signs_for_certificates_of_RSA_keys_without_SHA1()
    {
        using var agent = new RunningAgent(_folder);
        agent.Add(files.Folder.At("rsa"));
        AgentIdentity certificate = new SshAgentClient(agent.Socket).List().Single(i => i.Key.IsCertificate);
        Assert.Equal(["rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com"], certificate.HostKeyAlgorithms.Select(a => a.Name));
        Assert.All(certificate.HostKeyAlgorithms, a =>
        {
            var reader = new SshWireReader(a.Sign([1]));
            Assert.True(reader.TryReadText(out string made));
            Assert.StartsWith(made, a.Name, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_key_that_was_removed_is_refused()
    {
        using var agent = new RunningAgent(_folder);
        agent.Add(files.Folder.At("ed25519"));
        AgentIdentity identity = new SshAgentClient(agent.Socket).List()[0];
        agent.Run("ssh-add", "-q", "-D");
        DeployException error = Assert.Throws<DeployException>(() => identity.HostKeyAlgorithms.Single().Sign([1]));
        Assert.Equal("AgentRefused", error.ErrorId);
        Assert.Contains(identity.Key.Fingerprint, error.Message, StringComparison.Ordinal);
        Assert.Same(error, identity.Failure);
    }

    [Fact]
    public void Keys_of_FIDO_authenticators_pass_through()
    {
        byte[] key = [.. Wire.Text("sk-ssh-ed25519@openssh.com"), .. Wire.Bytes(new byte[32]), .. Wire.Text("ssh:")];
        string socket = _folder.At("fake");
        using var agent = new FakeAgent(socket, r => r[0] == 11 ? FakeAgent.Listing(key) : FakeAgent.Signature("sk-ssh-ed25519@openssh.com"));
        HostAlgorithm algorithm = new SshAgentClient(socket).List().Single().HostKeyAlgorithms.Single();
        Assert.Equal("sk-ssh-ed25519@openssh.com", algorithm.Name);
        Assert.Equal(key, algorithm.Data);
        Assert.Equal(FakeAgent.Signature("sk-ssh-ed25519@openssh.com")[5..], algorithm.Sign([1]));
    }

    [Fact]
    public void An_agent_that_signs_with_SHA1_is_refused()
    {
        byte[] key = SshPublicKey.FromFile(files.Folder.At("rsa.pub"))!.Blob.ToArray();
        string socket = _folder.At("fake");
        using var agent = new FakeAgent(socket, r => r[0] == 11 ? FakeAgent.Listing(key) : FakeAgent.Signature("ssh-rsa"));
        HostAlgorithm algorithm = new SshAgentClient(socket).List().Single().HostKeyAlgorithms.First();
        Assert.Equal("AgentRefused", Assert.Throws<DeployException>(() => algorithm.Sign([1])).ErrorId);
    }

    public static TheoryData<byte[]?, string> Faults => new()
    {
        { [5], "AgentRefused" },
        { [12], "AgentUnavailable" },
        { [12, 0, 0, 0, 9], "AgentUnavailable" },
        { [12, 0, 0, 0, 1, 255, 255, 255, 255], "AgentUnavailable" },
        { [99, 0, 0, 0, 0], "AgentUnavailable" },
        { [], "AgentUnavailable" },
        { null, "AgentUnavailable" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Answers_that_make_no_sense_are_errors(byte[]? reply, string errorId)
    {
        string socket = _folder.At("fake");
        using var agent = new FakeAgent(socket, _ => reply);
        DeployException error = Assert.Throws<DeployException>(() => new SshAgentClient(socket).List());
        Assert.Equal(errorId, error.ErrorId);
        Assert.Contains(socket, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_agent_is_an_error()
    {
        foreach (string socket in new[] { _folder.At("missing"), _folder.Write("file", ""), new string('x', 200) })
        {
            Assert.Equal("AgentUnavailable", Assert.Throws<DeployException>(() => new SshAgentClient(socket).List()).ErrorId);
        }
    }
}
