using HelpBuilder.Pages;

namespace HelpBuilder.Output;

/// <summary>
/// An about topic as the plain text Get-Help shows. The engine takes the topic's synopsis from the fifth line,
/// so the text has to begin with TOPIC and SHORT DESCRIPTION exactly like this.
/// </summary>
internal static class AboutTopic
{
    private const int Width = 80;
    private const int BodyIndent = 4;

    /// <summary>The heading of the section every topic begins with.</summary>
    public const string ShortDescription = "Short description";

    public static string Write(string name, string markdown)
    {
        var lines = new List<string> { "TOPIC", $"{new string(' ', BodyIndent)}{name}" };
        bool followsHeading = false;
        foreach (TextBlock block in PlainText.Blocks(markdown).Where(block => block.HeadingLevel != 1))
        {
            if (!block.IsTight && !followsHeading)
            {
                lines.Add("");
            }

            lines.AddRange(Lines(block));
            followsHeading = block.HeadingLevel > 0;
        }

        return string.Join('\n', lines) + "\n";
    }

    private static IEnumerable<string> Lines(TextBlock block)
    {
        if (block.HeadingLevel > 0)
        {
            return block.HeadingLevel == 2 ? [block.Text.ToUpperInvariant()] : [$"  {block.Text}"];
        }

        string indent = new(' ', BodyIndent + block.Indent);
        if (block.IsVerbatim)
        {
            return block.Text.Split('\n').Select(line => line.Length == 0 ? "" : indent + line);
        }

        string hanging = indent + new string(' ', block.Marker.Length);
        return TextWrap.Lines(block.Text, Width - hanging.Length)
            .Select((line, index) => (index == 0 ? indent + block.Marker : hanging) + line);
    }
}
