using System.Text.RegularExpressions;

namespace HostingDeploy.Configuration;

/// <summary>Rules for paths, on the server and on this machine.</summary>
internal static partial class PathRules
{
    /// <summary>A folder inside the repository or a release, given back without slashes at its end.</summary>
    public static Outcome<string> SubFolder(string text) => IsRelative(text.TrimEnd('/'))
        ? text.TrimEnd('/')
        : Refusal.Expected(text, "a relative folder: letters, digits and . _ + @ - in its names, no .. and no dash first");

    /// <summary>An absolute folder of the server, given back without slashes at its end.</summary>
    public static Outcome<string> RemoteFolder(string text) => text.StartsWith('/') && IsRelative(text.Trim('/'))
        ? "/" + text.Trim('/')
        : Refusal.Expected(text, "an absolute folder such as /home/app/.rbenv/shims: letters, digits and . _ + @ - in its names, no ..");

    /// <summary>The path of a health check, a query allowed.</summary>
    public static Outcome<string> UrlPath(string text) => UrlPathForm().IsMatch(text)
        ? text
        : Refusal.Expected(text, "a URL path such as /up");

    /// <summary>A file of this machine, given back absolute: relative ones start at hosting.yml, ~ is the home folder.</summary>
    public static Rule<string> LocalFile(string folder) => text =>
    {
        var isHome = text == "~" || text.StartsWith("~/", StringComparison.Ordinal);
        if (text.Trim().Length == 0 || text.EnumerateRunes().Any(Show.IsInvisible) || (text.StartsWith('~') && !isHome))
        {
            return Refusal.Expected(text, "a file of this machine: absolute, relative to hosting.yml, or ~/…");
        }

        var expanded = isHome ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + text[1..] : text;
        return Path.GetFullPath(expanded, folder);
    };

    private static bool IsRelative(string text) =>
        RelativeForm().IsMatch(text) && !text.Split('/').Any(name => name is "." or "..");

    [GeneratedRegex(@"\A(?=.{1,200}\z)[A-Za-z0-9._+@][A-Za-z0-9._+@-]*(?:/[A-Za-z0-9._+@][A-Za-z0-9._+@-]*)*\z")]
    private static partial Regex RelativeForm();

    [GeneratedRegex(@"\A/[A-Za-z0-9._~/-]{0,199}(?:\?[A-Za-z0-9._~=&-]{0,199})?\z")]
    private static partial Regex UrlPathForm();
}
