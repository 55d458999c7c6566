using System.Text;

namespace HelpBuilder.Pages;

/// <summary>Writes a cmdlet's page in the schema's order. Reading and writing a page gives the same text.</summary>
internal static class CmdletPageWriter
{
    public static string Write(CmdletPage page)
    {
        var text = new StringBuilder(FrontMatter.Write(page.FrontMatter));
        Heading(text, $"# {page.Name}", "");
        Heading(text, "## SYNOPSIS", page.Synopsis.Text);
        Heading(text, "## SYNTAX", "");
        Entries(text, page.Syntax);
        if (!page.Aliases.IsEmpty)
        {
            Heading(text, "## ALIASES", page.Aliases.Text);
        }

        Heading(text, "## DESCRIPTION", page.Description.Text);
        Heading(text, "## EXAMPLES", page.ExamplesPlaceholder.Text);
        Entries(text, page.Examples);
        Heading(text, "## PARAMETERS", "");
        foreach (PageParameter parameter in page.Parameters)
        {
            Heading(text, $"### -{parameter.Name}", parameter.Text.Text);
            Block(text, $"```yaml\n{parameter.Facts.ToYaml()}\n```");
        }

        Heading(text, "### CommonParameters", page.CommonParametersText.Text);
        Heading(text, "## INPUTS", "");
        Entries(text, page.Inputs);
        Heading(text, "## OUTPUTS", "");
        Entries(text, page.Outputs);
        Heading(text, "## NOTES", page.Notes.Text);
        Heading(text, "## RELATED LINKS", page.RelatedLinks.Text);
        return text.ToString();
    }

    private static void Entries(StringBuilder text, IEnumerable<PageEntry> entries)
    {
        foreach (PageEntry entry in entries)
        {
            Heading(text, $"### {entry.Title}", entry.Text.Text);
        }
    }

    private static void Heading(StringBuilder text, string heading, string body)
    {
        Block(text, heading);
        if (body.Length > 0)
        {
            Block(text, body);
        }
    }

    private static void Block(StringBuilder text, string block) => text.Append('\n').Append(block).Append('\n');
}
