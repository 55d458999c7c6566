using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace HostingDeploy.Configuration;

/// <summary>Rules for domains, hosts, addresses and URLs.</summary>
internal static partial class HostRules
{
    /// <summary>A public domain, given back in lower case.</summary>
    public static Outcome<string> Domain(string text)
    {
        var domain = text.ToLowerInvariant();
        if (DomainName().IsMatch(domain))
        {
            return domain;
        }

        const string Form = "a domain such as www.example.org: labels of letters, digits and dashes, joined by dots";
        return ToPunycode(domain) is { } ascii
            ? Refusal.Expected(text, $"the domain in its ASCII form: {ascii}")
            : Refusal.Expected(text, domain.StartsWith("*.", StringComparison.Ordinal) ? Form + "; wildcards cannot be validated over HTTP" : Form);
    }

    /// <summary>A server's host name or IP address; names of ssh_config may hold underscores.</summary>
    public static Outcome<string> Host(string text) => IsHost(text)
        ? text
        : Refusal.Expected(text, "a host name or an IP address");

    /// <summary>Whether the text is a host name or an IP address without brackets.</summary>
    public static bool IsHost(string text) => IsIPv6(text)
        || (LooksLikeIPv4().IsMatch(text) ? IsIPv4(text) : HostName().IsMatch(text));

    /// <summary>Jump hosts as ssh_config writes them.</summary>
    public static Outcome<string> ProxyJump(string text) => text.Split(',').All(IsJump)
        ? text
        : Refusal.Expected(text, "jump hosts as in ssh_config: [user@]host[:port], separated by commas");

    /// <summary>A host key's fingerprint, given back as ssh-keygen prints it: without padding.</summary>
    public static Outcome<string> Fingerprint(string text) => FingerprintForm().IsMatch(text)
        ? text.TrimEnd('=')
        : Refusal.Expected(text, "the fingerprint of a host key, SHA256: and 43 base64 characters, as ssh-keygen -lf prints it");

    /// <summary>An e-mail address that fits into a command line and a mail header.</summary>
    public static Outcome<string> Email(string text) =>
        EmailForm().Match(text) is { Success: true } match && DomainName().IsMatch(match.Groups["domain"].Value.ToLowerInvariant())
            ? text
            : Refusal.Expected(text, "an e-mail address such as ops@example.org");

    /// <summary>The URL of a service that must be encrypted.</summary>
    public static Outcome<string> HttpsUrl(string text) =>
        UrlForm().IsMatch(text)
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme == Uri.UriSchemeHttps
        && IsHost(url.Host.Trim('[', ']'))
            ? text
            : Refusal.Expected(WithoutUserInfo(text), "an https:// URL without user, query or fragment");

    /// <summary>What stands before an @ may be a password, unless it is a plain login name; messages leave it out.</summary>
    public static string WithoutUserInfo(string url) => UserInfo().Replace(url, "${scheme}…@");

    private static string? ToPunycode(string domain)
    {
        try
        {
            var ascii = new IdnMapping().GetAscii(domain);
            return ascii != domain && DomainName().IsMatch(ascii) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsJump(string jump)
    {
        var match = JumpForm().Match(jump);
        return match.Success
            && IsHost(match.Groups["host"].Value.Trim('[', ']'))
            && (!match.Groups["port"].Success || !TextRules.Port(match.Groups["port"].Value).IsRefused);
    }

    // Short and octal forms such as 10.1 or 010.0.0.1 are read differently by different tools: only the plain form counts.
    private static bool IsIPv4(string text) => IPAddress.TryParse(text, out var address) && address.ToString() == text;

    private static bool IsIPv6(string text) =>
        IPv6Characters().IsMatch(text) && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    [GeneratedRegex(@"\A(?=.{1,253}\z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)\z")]
    private static partial Regex DomainName();

    [GeneratedRegex(@"\A(?=.{1,253}\z)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\z")]
    private static partial Regex HostName();

    [GeneratedRegex(@"\A[0-9]+(?:\.[0-9]+)*\z")]
    private static partial Regex LooksLikeIPv4();

    [GeneratedRegex(@"\A[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\z")]
    private static partial Regex IPv6Characters();

    [GeneratedRegex(@"\A(?:[A-Za-z_][A-Za-z0-9._-]{0,31}@)?(?<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?<port>[0-9]{1,5}))?\z")]
    private static partial Regex JumpForm();

    [GeneratedRegex(@"\ASHA256:[A-Za-z0-9+/]{43}=?\z")]
    private static partial Regex FingerprintForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}@(?<domain>[A-Za-z0-9.-]+)\z")]
    private static partial Regex EmailForm();

    [GeneratedRegex(@"\Ahttps://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?\z")]
    private static partial Regex UrlForm();

    [GeneratedRegex(@"\A(?![A-Za-z0-9._-]*@[^@]*\z)(?<scheme>[A-Za-z0-9+.-]*://)?.*@", RegexOptions.Singleline)]
    private static partial Regex UserInfo();
}
