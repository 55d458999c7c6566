using System.Globalization;

namespace HostingDeploy.Sessions.Identity;

/// <summary>The values an ssh_config gives a host: the first one of each keyword counts, identity files add up.</summary>
internal sealed class SshConfigValues
{
    // Each also checks the value, in blocks that are not about this host too.
    private static readonly Dictionary<string, Action<SshConfigLine>> s_keywords = new()
    {
        ["hostname"] = line => _ = line.Argument,
        ["user"] = line => _ = line.Argument,
        ["port"] = line => ParsePort(line),
        ["identityfile"] = line => _ = line.Argument,
        ["identitiesonly"] = line => ParseFlag(line),
        ["identityagent"] = line => _ = line.Argument,
        ["certificatefile"] = line => _ = line.Argument,
        ["proxyjump"] = line => ParseJump(line),
        ["proxycommand"] = _ => { },
        ["userknownhostsfile"] = line => ParseFiles(line),
        ["globalknownhostsfile"] = line => ParseFiles(line),
        ["hostkeyalias"] = line => _ = line.Argument,
        ["stricthostkeychecking"] = line => ParseStrict(line),
        ["connecttimeout"] = line => ParseTime(line),
        ["preferredauthentications"] = line => _ = line.Argument,
        ["passwordauthentication"] = line => ParseFlag(line),
        ["kbdinteractiveauthentication"] = line => ParseFlag(line),
        ["pubkeyauthentication"] = line => _ = line.Argument,
        ["hashknownhosts"] = line => ParseFlag(line),
    };

    private readonly Dictionary<string, SshConfigLine> _first = [];
    private readonly List<SshConfigLine> _identityFiles = [];
    private readonly List<SshConfigLine> _certificateFiles = [];
    private readonly string? _explicitUser;
    private string? _settledHostName;

    public SshConfigValues(string? explicitUser) => _explicitUser = explicitUser;

    /// <summary>The user to log in as, as far as it is known yet.</summary>
    public string? User => _explicitUser ?? this["user"]?.Argument;

    public IReadOnlyList<SshConfigLine> IdentityFiles => _identityFiles;

    public IReadOnlyList<SshConfigLine> CertificateFiles => _certificateFiles;

    public SshConfigLine? this[string keyword] => _first.GetValueOrDefault(keyword);

    /// <summary>Takes a line in. Keywords of other matters are none of ours and are not checked.</summary>
    public void Read(SshConfigLine line, bool active)
    {
        string keyword = line.Keyword == "challengeresponseauthentication" ? "kbdinteractiveauthentication" : line.Keyword;
        if (!s_keywords.TryGetValue(keyword, out Action<SshConfigLine>? check))
        {
            return;
        }

        check(line);
        if (!active)
        {
            return;
        }

        switch (keyword)
        {
            case "identityfile":
                AddNew(_identityFiles, line);
                break;
            case "certificatefile":
                AddNew(_certificateFiles, line);
                break;
            case "proxyjump" or "proxycommand" when _first.ContainsKey("proxyjump") || _first.ContainsKey("proxycommand"):
                // Whichever comes first takes the place of both.
                break;
            default:
                _first.TryAdd(keyword, line);
                break;
        }
    }

    /// <summary>The host to connect to, as far as it is known yet. Of the tokens only <c>%h</c> makes sense here.</summary>
    public string HostNameFor(string host)
    {
        SshConfigLine? line = this["hostname"];
        return _settledHostName ?? (line is null ? host : SshTokens.ExpandHostName(line, host));
    }

    /// <summary>Settles the host to connect to before the final pass, in which <c>HostName</c> has no effect any more.</summary>
    public string SettleHostName(string host) => _settledHostName = HostNameFor(host).ToLowerInvariant();

    public bool Flag(string keyword, bool otherwise) => this[keyword] is { } line ? ParseFlag(line) : otherwise;

    public static int ParsePort(SshConfigLine line) =>
        int.TryParse(line.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65536
            ? port
            : throw line.Invalid($"'{line.Argument}' is no port");

    /// <summary>A time such as <c>90</c>, <c>1m30s</c> or <c>none</c>.</summary>
    public static TimeSpan? ParseTime(SshConfigLine line)
    {
        if (line.Argument == "none")
        {
            return null;
        }

        double seconds = 0, number = 0;
        bool digits = false;
        foreach (char c in line.Argument.ToLowerInvariant())
        {
            if (char.IsAsciiDigit(c))
            {
                number = (number * 10) + (c - '0');
                digits = true;
                continue;
            }

            double unit = c switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
            if (unit == 0 || !digits)
            {
                throw line.Invalid($"'{line.Argument}' is no time");
            }

            seconds += number * unit;
            number = 0;
            digits = false;
        }

        seconds += number;
        return seconds <= int.MaxValue
            ? seconds == 0 ? null : TimeSpan.FromSeconds(seconds)
            : throw line.Invalid($"'{line.Argument}' is no time");
    }

    public static StrictHostKeyChecking ParseStrict(SshConfigLine line) => line.Argument.ToLowerInvariant() switch
    {
        "yes" or "true" => StrictHostKeyChecking.Yes,
        "no" or "false" or "off" => StrictHostKeyChecking.No,
        "ask" => StrictHostKeyChecking.Ask,
        "accept-new" => StrictHostKeyChecking.AcceptNew,
        _ => throw line.Invalid($"'{line.Argument}' is none of yes, no, ask, accept-new"),
    };

    /// <summary>A list of files; empty for <c>none</c>.</summary>
    public static IReadOnlyList<string> ParseFiles(SshConfigLine line)
    {
        bool none = line.Arguments.Any(a => a.Equals("none", StringComparison.OrdinalIgnoreCase));
        if (line.Arguments.Count == 0 || line.Arguments.Contains("") || (none && line.Arguments.Count > 1))
        {
            throw line.Invalid($"{line.Keyword} needs files, or none");
        }

        return none ? [] : line.Arguments;
    }

    /// <summary>The hops of <c>ProxyJump [user@]host[:port],…</c>; empty for <c>none</c>.</summary>
    public static IReadOnlyList<SshJumpHost> ParseJump(SshConfigLine line)
    {
        string text = line.Rest.Split('#')[0].Trim();
        return text.Equals("none", StringComparison.OrdinalIgnoreCase)
            ? []
            : [.. text.Split(',').Select(hop => SshDestination.TryParse(hop) ?? throw line.Invalid($"'{hop}' is no host to jump over"))];
    }

    private static bool ParseFlag(SshConfigLine line) => line.Argument.ToLowerInvariant() switch
    {
        "yes" or "true" => true,
        "no" or "false" => false,
        _ => throw line.Invalid($"'{line.Argument}' is neither yes nor no"),
    };

    private static void AddNew(List<SshConfigLine> lines, SshConfigLine line)
    {
        if (!lines.Any(l => l.Argument == line.Argument))
        {
            lines.Add(line);
        }
    }
}
