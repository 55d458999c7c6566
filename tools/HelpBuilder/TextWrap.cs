using System.Text.RegularExpressions;

namespace HelpBuilder;

/// <summary>Breaks running text into lines.</summary>
internal static partial class TextWrap
{
    /// <summary>Lines of at most <paramref name="width"/> characters, breaking at spaces; a longer word stays whole.</summary>
    public static IEnumerable<string> Lines(string text, int width) => Lines(text, width, static _ => true);

    /// <summary>Wraps a markdown paragraph. No line begins with something that would make it a list, quote or heading.</summary>
    public static string Markdown(string text, int width) =>
        string.Join('\n', Lines(text, width, static word => !BlockMarker().IsMatch(word)));

    private static IEnumerable<string> Lines(string text, int width, Func<string, bool> mayBegin)
    {
        string line = "";
        foreach (string word in text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length == 0)
            {
                line = word;
            }
            else if (line.Length + 1 + word.Length <= width || !mayBegin(word))
            {
                line += " " + word;
            }
            else
            {
                yield return line;
                line = word;
            }
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }

    [GeneratedRegex(@"^([-+*>=]+|#+|>.*|\d+[.)]|```.*)$")]
    private static partial Regex BlockMarker();
}
