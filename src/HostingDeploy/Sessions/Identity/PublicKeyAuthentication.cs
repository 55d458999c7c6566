using Renci.SshNet;
using Renci.SshNet.Security;

namespace HostingDeploy.Sessions.Identity;

/// <summary>
/// Offers identities one after the other. With the library's own method one key that cannot sign (a passphrase nobody knows, an agent
/// that refuses) would end the whole login; here, as with ssh, the next one has its turn.
/// </summary>
internal sealed class PublicKeyAuthentication : AuthenticationMethod
{
    private readonly IReadOnlyList<LoginIdentity> _identities;

    public PublicKeyAuthentication(string user, IReadOnlyList<LoginIdentity> identities)
        : base(user) => _identities = identities;

    public override string Name => "publickey";

    /// <summary>Whether the server takes keys, so that they were offered.</summary>
    public bool WasTried { get; private set; }

    /// <summary>Whether the server accepted a key and wants a second proof.</summary>
    public bool IsNotEnough { get; private set; }

    public override AuthenticationResult Authenticate(Session session)
    {
        WasTried = true;
        AuthenticationResult result = OfferAll(session);
        IsNotEnough |= result == AuthenticationResult.PartialSuccess;
        return result;
    }

    private AuthenticationResult OfferAll(Session session)
    {
        if (_identities.Count == 1)
        {
            return Offer(session, _identities[0]);
        }

        for (int first = 0; first < _identities.Count;)
        {
            LoginIdentity[] rest = [.. _identities.Skip(first)];
            try
            {
                return Offer(session, rest);
            }
            catch (DeployException) when (Array.Find(rest, i => i.Failure is not null) is { } failed)
            {
                // The library asks the server about each of several keys, and has only one sign that the server wants.
                failed.IsWanted = true;
                first += Array.IndexOf(rest, failed) + 1;
            }
        }

        return AuthenticationResult.Failure;
    }

    /// <summary>
    /// Has the only key sign at once: to ask about it first would cost a round trip. What it can sign with beside its best
    /// algorithm (a smaller hash, the key without its certificate) comes after that.
    /// </summary>
    private AuthenticationResult Offer(Session session, LoginIdentity identity)
    {
        try
        {
            HostAlgorithm[] algorithms = [.. identity.HostKeyAlgorithms];
            AuthenticationResult result = Offer(session, new Part(algorithms[..1]));
            return result == AuthenticationResult.Failure && algorithms.Length > 1 ? Offer(session, new Part(algorithms[1..])) : result;
        }
        catch (DeployException) when (identity.Failure is not null)
        {
            return AuthenticationResult.Failure;
        }
    }

    private AuthenticationResult Offer(Session session, params IPrivateKeySource[] keys)
    {
        using var method = new PrivateKeyAuthenticationMethod(Username, keys);
        AuthenticationResult result = method.Authenticate(session);
        AllowedAuthentications = method.AllowedAuthentications;
        return result;
    }

    /// <summary>Some of the algorithms of an identity.</summary>
    private sealed class Part(HostAlgorithm[] algorithms) : IPrivateKeySource
    {
        public IReadOnlyCollection<HostAlgorithm> HostKeyAlgorithms => algorithms;
    }
}
