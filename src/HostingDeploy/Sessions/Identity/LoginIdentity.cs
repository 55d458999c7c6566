using Renci.SshNet;
using Renci.SshNet.Security;

namespace HostingDeploy.Sessions.Identity;

/// <summary>A key to log in with, wherever its private half is. A failure to sign is kept, so that it can be told when nothing else succeeds.</summary>
internal abstract class LoginIdentity : IPrivateKeySource
{
    /// <summary>What it is called in messages.</summary>
    public abstract string Description { get; }

    /// <summary>The public half; null for a protected file that does not tell it.</summary>
    public abstract SshPublicKey? PublicKey { get; }

    /// <summary>Why it could not be used, once that was tried.</summary>
    public DeployException? Failure { get; private set; }

    /// <summary>Whether the server would have let it in, had it been usable.</summary>
    public bool IsWanted { get; set; }

    public IReadOnlyCollection<HostAlgorithm> HostKeyAlgorithms => Watch(GetAlgorithms);

    protected abstract IReadOnlyCollection<HostAlgorithm> GetAlgorithms();

    /// <summary>Runs a step of using the identity and keeps its failure.</summary>
    protected T Watch<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (DeployException e)
        {
            Failure = e;
            throw;
        }
    }
}
