using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace HostingDeploy.Configuration;

/// <summary>Rules for plain texts, numbers and choices.</summary>
internal static partial class TextRules
{
    private const int MaxTitle = 100;

    /// <summary>The text people read: one line.</summary>
    public static Outcome<string> Title(string text) =>
        text.Trim().Length is 0 or > MaxTitle || text.EnumerateRunes().Any(IsUnfitForTitle)
            ? Refusal.Expected(text, $"one line of 1 to {MaxTitle} characters without control characters")
            : text.Trim();

    /// <summary>A whole number within bounds.</summary>
    public static Rule<int> Number(int from, int to) => text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to
            ? number
            : Refusal.Expected(text, $"a whole number from {from} to {to}");

    /// <summary>A TCP port.</summary>
    public static Outcome<int> Port(string text) => Number(1, 65535)(text);

    /// <summary>One of the names of an enum, written in lower case.</summary>
    public static Rule<T> Choice<T>()
        where T : struct, Enum => text =>
    {
        var names = Enum.GetNames<T>();
        var name = Array.Find(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        return name is not null
            ? Enum.Parse<T>(name)
            : Refusal.Expected(text, string.Join(" or ", names.Select(n => n.ToLowerInvariant())));
    };

    /// <summary>The value of an environment variable that is no secret. It is not repeated in messages, in case it is one.</summary>
    public static Rule<string> EnvironmentValue(string name) => text =>
        text.AsSpan().ContainsAny('\0', '\n')
            ? new Refusal("found a line break or NUL in the value, expected one line")
            : UrlWithPassword().IsMatch(text) || EnvironmentName.LooksSecret(name)
                ? new Refusal("found what looks like a secret, expected it in the file named by secretsFile: hosting.yml is no place for secrets")
                : text;

    // Joiners are invisible too, but emoji and several scripts need them, and they cannot reorder a line.
    private static bool IsUnfitForTitle(Rune rune) =>
        rune.Value is not (0x200C or 0x200D) && (rune == Rune.ReplacementChar || Show.IsInvisible(rune));

    [GeneratedRegex(@"://[^/@\s]*:[^/@\s]+@")]
    private static partial Regex UrlWithPassword();
}
