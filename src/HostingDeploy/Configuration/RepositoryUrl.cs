using System.Text.RegularExpressions;

namespace HostingDeploy.Configuration;

/// <summary>
/// Brings the address of a repository into its SSH form. A server clones with a deploy key over SSH, never over HTTPS;
/// a URL copied from the browser therefore becomes the SSH URL of the same repository.
/// </summary>
internal static partial class RepositoryUrl
{
    private const string Form = "an SSH URL such as git@github.com:owner/repo.git";

    /// <summary>The SSH form, or why there is none. User info of a web URL is refused and never repeated: it may hold a token.</summary>
    public static Outcome<string> ToSsh(string text)
    {
        if (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return FromWeb(text);
        }

        if (SshForm().Match(text) is { Success: true } ssh)
        {
            return FromSsh(text, ssh);
        }

        return ScpForm().Match(text) is { Success: true } scp
            && HostRules.IsHost(scp.Groups["host"].Value)
            && IsPath(scp.Groups["path"].Value)
                ? $"{scp.Groups["user"].Value}@{scp.Groups["host"].Value.ToLowerInvariant()}:{scp.Groups["path"].Value}"
                : Refusal.Expected(HostRules.WithoutUserInfo(text), Form);
    }

    private static Outcome<string> FromWeb(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || text.Contains('@', StringComparison.Ordinal))
        {
            return new Refusal($"found user info in the repository's URL, where a token would be readable; expected {Form}");
        }

        var match = WebForm().Match(text);
        var parts = match.Groups["path"].Value.Split('/');
        var isRepository = match.Success
            && HostRules.IsHost(url.Host)
            && parts.Length >= 2
            && (parts.Length == 2 || !url.Host.Equals("github.com", StringComparison.OrdinalIgnoreCase))
            && IsPath(match.Groups["path"].Value);
        return isRepository
            ? $"git@{url.Host.ToLowerInvariant()}:{match.Groups["path"].Value}.git"
            : Refusal.Expected(text, $"{Form}, or https://host/owner/repo");
    }

    private static Outcome<string> FromSsh(string text, Match ssh)
    {
        var host = ssh.Groups["host"].Value;
        var isRepository = HostRules.IsHost(host.Trim('[', ']'))
            && (!ssh.Groups["port"].Success || !TextRules.Port(ssh.Groups["port"].Value).IsRefused)
            && IsPath(ssh.Groups["path"].Value);
        var port = ssh.Groups["port"].Success ? ":" + ssh.Groups["port"].Value : "";
        return isRepository
            ? $"ssh://{ssh.Groups["user"].Value}@{host.ToLowerInvariant()}{port}/{ssh.Groups["path"].Value}"
            : Refusal.Expected(HostRules.WithoutUserInfo(text), Form);
    }

    /// <summary>No part may climb, be empty or look like an option to the git of the other side.</summary>
    private static bool IsPath(string path) =>
        path.TrimStart('/').Split('/').All(part => part is not ("" or "." or "..") && part[0] != '-');

    [GeneratedRegex(@"\Ahttps://(?:[A-Za-z0-9.-]+)(?::443)?/(?<path>[A-Za-z0-9._~+-][A-Za-z0-9._~+/-]*?)(?:\.git)?/?\z", RegexOptions.IgnoreCase)]
    private static partial Regex WebForm();

    [GeneratedRegex(@"\Assh://(?<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@(?<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(?::(?<port>[0-9]{1,5}))?/(?<path>[A-Za-z0-9._~+/-]+)\z")]
    private static partial Regex SshForm();

    [GeneratedRegex(@"\A(?<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@(?<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?<path>[A-Za-z0-9._~+/-]+)\z")]
    private static partial Regex ScpForm();
}
