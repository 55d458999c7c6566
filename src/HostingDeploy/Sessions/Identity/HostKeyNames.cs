using System.Buffers;
using System.Globalization;
using System.Management.Automation;

namespace HostingDeploy.Sessions.Identity;

/// <summary>
/// The names under which a server's host key is looked up. As in OpenSSH a server is known by the name it is reached by
/// (or its <c>HostKeyAlias</c>) and not by its address: whoever controls name resolution chooses the address.
/// </summary>
internal sealed record HostKeyNames
{
    private const int DefaultPort = 22;

    // Characters with a meaning in known_hosts: a name with one of them would match, or write, other lines.
    private static readonly SearchValues<char> s_reserved = SearchValues.Create("@?*#[]|,'\"\\/");

    private HostKeyNames(string token, string? portlessToken, string certificateName)
    {
        Token = token;
        PortlessToken = portlessToken;
        CertificateName = certificateName;
    }

    /// <summary>The name looked up first, and the one a new key is written under: <c>host</c> or <c>[host]:port</c>.</summary>
    public string Token { get; }

    /// <summary>On another port than 22: the bare host name, whose known key is accepted as well.</summary>
    public string? PortlessToken { get; }

    /// <summary>The name a host certificate must be issued for.</summary>
    public string CertificateName { get; }

    /// <summary>The names of a server, from the host name that is really connected to.</summary>
    public static HostKeyNames For(string host, int port, string? hostKeyAlias = null)
    {
        string name = Checked(hostKeyAlias ?? host).ToLowerInvariant();
        if (hostKeyAlias is not null || port == DefaultPort)
        {
            return new HostKeyNames(name, null, name);
        }

        return new HostKeyNames(string.Create(CultureInfo.InvariantCulture, $"[{name}]:{port}"), name, name);
    }

    private static string Checked(string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAny(s_reserved) || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            throw new DeployException(
                "HostNameInvalid",
                ErrorCategory.InvalidArgument,
                $"'{name}' is not a host name.",
                name,
                "Correct the host name or HostKeyAlias: it holds letters, digits, dots, hyphens and colons only.");
        }

        return name;
    }
}
