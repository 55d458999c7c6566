using HelpBuilder.Output;
using HelpBuilder.Pages;

namespace HelpBuilder.Checks;

/// <summary>Checks what the engine needs of an about topic.</summary>
internal static class AboutChecker
{
    /// <summary>Get-Help's list shows one line, and the topic indents it by four.</summary>
    private const int LongestSynopsis = 76;

    public static IEnumerable<Problem> Check(string file, string name, string text)
    {
        if (MarkdownText.Parse(text).Sections is not [{ Level: 1 } title])
        {
            yield return new Problem(file, 1, $"a topic has exactly one heading of the first level, '{name}'");
            yield break;
        }

        if (title.Title != name)
        {
            yield return new Problem(file, title.Line, $"the topic's heading is '{title.Title}', its file says '{name}'");
        }

        if (!title.Intro.IsEmpty || title.Children is not [{ Title: AboutTopic.ShortDescription } first, ..])
        {
            yield return new Problem(file, title.Line, $"a topic begins with the section '{AboutTopic.ShortDescription}'");
        }
        else if (PlainText.Blocks(first.Text.Text) is not [{ Text.Length: <= LongestSynopsis }])
        {
            yield return new Problem(file, first.Line, $"the short description has to be one sentence of at most {LongestSynopsis} characters");
        }

        if (title.Children.Count < 2)
        {
            yield return new Problem(file, title.Line, "the topic has nothing but a short description");
        }
    }
}
