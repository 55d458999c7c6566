using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace HostingDeploy;

/// <summary>
/// Strikes secrets out of a text. They are looked for line by line, as output comes, and also in the forms they have in an
/// address, in JSON, in Ruby's own view, in HTML and in systemd's file. What is shorter would only black out ordinary words.
/// </summary>
internal sealed partial class Redactor
{
    private const int Shortest = 6;
    private const int Buckets = 4096;

    /// <summary>The texts to strike out by their first two characters, the longest first since one may hold another.</summary>
    private readonly string[]?[] _told = new string[]?[Buckets];

    /// <summary>Knows these secrets. Whoever changes their forms: redact.sh has the same, for the server.</summary>
    internal Redactor(IEnumerable<Secret> secrets)
    {
        IEnumerable<string> lines = secrets.SelectMany(s => Parts(s.Reveal())).SelectMany(p => p.ReplaceLineEndings("\n").Split('\n'));
        foreach (var bucket in lines.Where(l => l.Length >= Shortest).SelectMany(Forms).Distinct(StringComparer.Ordinal).GroupBy(f => Bucket(f[0], f[1])))
        {
            _told[bucket.Key] = [.. bucket.OrderByDescending(f => f.Length)];
        }
    }

    /// <summary>The text without them.</summary>
    internal string Strike(string text)
    {
        StringBuilder? struck = null;
        int shown = 0;
        for (int i = 0; i <= text.Length - Shortest; i++)
        {
            if (_told[Bucket(text[i], text[i + 1])] is { } told && Array.Find(told, t => string.CompareOrdinal(text, i, t, 0, t.Length) == 0) is { } found)
            {
                (struck ??= new StringBuilder(text.Length)).Append(text, shown, i - shown).Append(Secret.Mask);
                shown = i + found.Length;
                i = shown - 1;
            }
        }

        return struck is null ? text : struck.Append(text, shown, text.Length - shown).ToString();
    }

    /// <summary>A text that has lost its beginning, without them and without what is left of one that was cut with it.</summary>
    internal string StrikeRest(string text)
    {
        int rest = _told.OfType<string[]>().SelectMany(t => t).Select(t => RestLength(t, text)).DefaultIfEmpty(0).Max();
        return rest == 0 ? Strike(text) : Secret.Mask + Strike(text[rest..]);
    }

    /// <summary>How much of the end of a secret the text begins with.</summary>
    private static int RestLength(string told, string text)
    {
        int length = Math.Min(told.Length - 1, text.Length);
        while (length >= Shortest && string.CompareOrdinal(told, told.Length - length, text, 0, length) != 0)
        {
            length--;
        }

        return length < Shortest ? 0 : length;
    }

    private static int Bucket(char first, char second) => ((first * 61) + second) & (Buckets - 1);

    /// <summary>The value, and the password in one that is an address.</summary>
    private static IEnumerable<string> Parts(string value)
    {
        yield return value;
        if (AddressPassword().Match(value) is { Success: true } address)
        {
            yield return address.Groups["password"].Value;
            yield return Uri.UnescapeDataString(address.Groups["password"].Value);
        }
    }

    private static IEnumerable<string> Forms(string line)
    {
        string url = Uri.EscapeDataString(line);
        string quoted = Escaped(line, "\"\\");
        yield return line;
        yield return url;
        yield return url.Replace("%20", "+", StringComparison.Ordinal);
        yield return quoted;
        yield return Escaped(line, "\"\\$`");
        yield return Interpolation().Replace(quoted, @"\#");
        yield return string.Concat(quoted.Select(c => c is '<' or '>' or '&' ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString()));
        yield return WebUtility.HtmlEncode(line);
    }

    private static string Escaped(string text, string special) =>
        text.AsSpan().ContainsAny(special) ? string.Concat(text.Select(c => special.Contains(c, StringComparison.Ordinal) ? $"\\{c}" : c.ToString())) : text;

    [GeneratedRegex("^[a-z][a-z0-9+.-]*://[^/?#]*?:(?<password>[^/?#]+)@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AddressPassword();

    [GeneratedRegex(@"#(?=[{$@])")]
    private static partial Regex Interpolation();
}
