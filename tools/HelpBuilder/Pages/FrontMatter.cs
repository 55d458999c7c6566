using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace HelpBuilder.Pages;

/// <summary>The yaml block at the top of a page.</summary>
internal static partial class FrontMatter
{
    public const string Date = "ms.date";

    private static readonly ISerializer s_serializer = new SerializerBuilder().WithNewLine("\n").Build();

    public static string Format(DateOnly date) => date.ToString("MM/dd/yyyy", CultureInfo.InvariantCulture);

    /// <summary>The generated keys, then what a person added to the page.</summary>
    public static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> generated, IReadOnlyDictionary<string, string>? existing)
    {
        var merged = new Dictionary<string, string>(generated);
        foreach ((string key, string value) in existing ?? new Dictionary<string, string>())
        {
            merged.TryAdd(key, value);
        }

        return merged;
    }

    public static string Write(IReadOnlyDictionary<string, string> values) => $"---\n{s_serializer.Serialize(values)}---\n";

    /// <summary>The page's text with another date in its front matter.</summary>
    public static string Redate(string text, DateOnly date) => DateLine().Replace(text, $"{Date}: {Format(date)}", count: 1);

    [GeneratedRegex(@"^ms\.date:.*$", RegexOptions.Multiline)]
    private static partial Regex DateLine();
}
