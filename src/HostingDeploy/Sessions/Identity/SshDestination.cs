using System.Globalization;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Reads <c>[user@]host[:port]</c> and <c>ssh://[user@]host[:port]</c>, as ssh takes them.</summary>
internal static class SshDestination
{
    private const string Scheme = "ssh://";

    /// <summary>Reads a destination; null when it is none. An IPv6 address with a port stands in brackets.</summary>
    public static SshJumpHost? TryParse(string text)
    {
        if (text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            text = text[Scheme.Length..].TrimEnd('/');
        }

        int at = text.LastIndexOf('@');
        string? user = at < 0 ? null : text[..at];
        string rest = text[(at + 1)..];
        string host = rest, port = "";
        if (rest.StartsWith('['))
        {
            int end = rest.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || (end + 1 < rest.Length && rest[end + 1] != ':'))
            {
                return null;
            }

            host = rest[1..end];
            port = rest[(end + 1)..].TrimStart(':');
        }
        else if (rest.Count(c => c == ':') == 1)
        {
            host = rest[..rest.IndexOf(':', StringComparison.Ordinal)];
            port = rest[(host.Length + 1)..];
            if (port.Length == 0)
            {
                return null;
            }
        }

        int number = 0;
        bool valid = host.Length > 0 && user != ""
            && !host.StartsWith('-') && !host.Any(c => char.IsWhiteSpace(c) || c is '/' or '@')
            && (port.Length == 0 || (int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and < 65536));
        return valid ? new SshJumpHost(host, user, port.Length == 0 ? null : number) : null;
    }
}
