using System.Globalization;
using System.Text;

namespace HostingDeploy.Configuration;

/// <summary>Makes text of a file fit for a message: short, on one line, and unable to steer a terminal.</summary>
internal static class Show
{
    private const int MaxLength = 60;

    /// <summary>The text with control and invisible characters spelled out, cut after sixty characters.</summary>
    public static string Inline(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= MaxLength)
            {
                return shown.Append('…').ToString();
            }

            shown.Append(rune.Value switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when IsInvisible(rune) => $"\\u{{{rune.Value:X}}}",
                _ => rune.ToString(),
            });
        }

        return shown.ToString();
    }

    /// <summary>The path of a setting below another, such as <c>apps.cigar</c>; the top has an empty path.</summary>
    public static string Join(string path, string key) => path.Length == 0 ? Inline(key) : $"{path}.{Inline(key)}";

    /// <summary>Whether a character would move the cursor, break the line, reorder text or show nothing.</summary>
    public static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
}
