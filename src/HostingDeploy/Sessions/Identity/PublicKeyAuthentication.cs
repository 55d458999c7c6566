using Renci.SshNet;

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

    public override AuthenticationResult Authenticate(Session session)
    {
        for (int first = 0; first < _identities.Count;)
        {
            // Given several, the library asks the server about each before it has one sign; given one, it signs at once.
            LoginIdentity[] rest = [.. _identities.Skip(first)];
            using var method = new PrivateKeyAuthenticationMethod(Username, rest);
            try
            {
                AuthenticationResult result = method.Authenticate(session);
                AllowedAuthentications = method.AllowedAuthentications;
                return result;
            }
            catch (DeployException) when (rest.Any(i => i.Failure is not null))
            {
                first += Array.FindIndex(rest, i => i.Failure is not null) + 1;
            }
        }

        return AuthenticationResult.Failure;
    }
}
