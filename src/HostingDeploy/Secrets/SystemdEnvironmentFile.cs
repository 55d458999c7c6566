using System.Management.Automation;
using System.Text;

namespace HostingDeploy;

/// <summary>
/// The text of a file that systemd reads with EnvironmentFile= (systemd.exec(5)). Values stand in double quotes, where
/// systemd gives back every character but the four it wants escaped; line breaks may stand as they are.
/// </summary>
public static class SystemdEnvironmentFile
{
    /// <summary>Linux's limit for one NAME=value of an environment, closing NUL included (MAX_ARG_STRLEN).</summary>
    private const int MaxVariableBytes = 128 * 1024;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The file's text, one variable after the other in the order given.</summary>
    /// <param name="variables">Names and values; each name once.</param>
    /// <exception cref="DeployException">A name or value that systemd or Linux would drop, cut or refuse.</exception>
    public static Secret Render(IEnumerable<KeyValuePair<string, Secret>> variables)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var (name, value) in variables)
        {
            if (!EnvironmentName.IsValid(name))
            {
                throw Invalid(name, "its name is not one of letters, digits and underscores with no digit first");
            }

            if (!names.Add(name))
            {
                throw Invalid(name, "it is given twice");
            }

            text.Append(name).Append("=\"");
            AppendEscaped(text, name, value.Reveal());
            text.Append("\"\n");
        }

        return new Secret(text.ToString());
    }

    private static void AppendEscaped(StringBuilder text, string name, string value)
    {
        if (Unfit(name, value) is { } reason)
        {
            throw Invalid(name, reason);
        }

        foreach (var c in value)
        {
            if (c is '"' or '\\' or '$' or '`')
            {
                text.Append('\\');
            }

            text.Append(c);
        }
    }

    /// <summary>Why systemd or Linux would not take the value as it is; null when they do.</summary>
    private static string? Unfit(string name, string value)
    {
        try
        {
            if (name.Length + 2 + s_utf8.GetByteCount(value) > MaxVariableBytes)
            {
                return "it is longer than the 128 KiB Linux allows for one variable";
            }
        }
        catch (EncoderFallbackException)
        {
            return "it holds half a surrogate pair, which is no text";
        }

        return value.Contains('\0', StringComparison.Ordinal) ? "it holds a NUL, where its value would end"
            : value.EnumerateRunes().Any(IsNoncharacter) ? "it holds a Unicode noncharacter, which systemd refuses"
            : null;
    }

    private static bool IsNoncharacter(Rune rune) =>
        (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;

    private static DeployException Invalid(string name, string reason) => new(
        "EnvironmentVariableInvalid",
        ErrorCategory.InvalidData,
        $"The environment variable {name} cannot be given to the service: {reason}.",
        name,
        $"Correct {name} where its value comes from, then run the command again.");
}
