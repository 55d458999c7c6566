using Renci.SshNet.Security;

namespace HostingDeploy.Sessions.Identity;

/// <summary>A key, or a certificate, that an SSH agent holds. Keys of FIDO authenticators work through it like any other.</summary>
internal sealed class AgentIdentity : LoginIdentity
{
    private readonly SshAgentClient _agent;
    private readonly SshPublicKey? _certificate;

    public AgentIdentity(SshAgentClient agent, SshPublicKey key, string comment, SshPublicKey? certificate = null)
    {
        _agent = agent;
        Key = key;
        Comment = comment;
        _certificate = certificate;
    }

    /// <summary>What the agent listed: a key or a certificate.</summary>
    public SshPublicKey Key { get; }

    public string Comment { get; }

    public override SshPublicKey PublicKey => Key;

    public override string Description => $"{Key.Type} {Key.Fingerprint} of the agent ({Comment})";

    /// <summary>The same identity, offered with a certificate that the agent does not hold.</summary>
    public AgentIdentity With(SshPublicKey certificate) => new(_agent, Key, Comment, certificate);

    protected override IReadOnlyCollection<HostAlgorithm> GetAlgorithms() =>
        IdentityAlgorithms.For(Key, _certificate, (name, data) => Watch(() => Sign(name, data)));

    private byte[] Sign(string algorithm, byte[] data)
    {
        AgentSignFlags flags = algorithm switch
        {
            _ when algorithm.StartsWith("rsa-sha2-512", StringComparison.Ordinal) => AgentSignFlags.RsaSha512,
            _ when algorithm.StartsWith("rsa-sha2-256", StringComparison.Ordinal) => AgentSignFlags.RsaSha256,
            _ => AgentSignFlags.None,
        };
        return _agent.Sign(Key, data, flags);
    }
}
