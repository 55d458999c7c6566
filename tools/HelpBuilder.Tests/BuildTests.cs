using System.Xml.Linq;

namespace HelpBuilder.Tests;

public sealed class BuildTests : IDisposable
{
    private readonly Folders _folders = new();

    [Fact]
    public void Writes_one_maml_file_the_engine_will_accept()
    {
        Tool.WriteCompletePages(_folders);

        Assert.Equal(0, Tool.Build(_folders).ExitCode);

        XElement root = XDocument.Load(Path.Combine(_folders.Culture, "LampModule.dll-Help.xml")).Root!;
        Assert.Equal("maml", root.Attribute("schema")?.Value);
        Assert.Equal(3, root.Elements().Count());
    }

    [Fact]
    public void Writes_nothing_when_a_page_does_not_read()
    {
        Tool.WriteCompletePages(_folders);
        _folders.Replace("New-Lamp", "## NOTES", "## REMARKS");

        (int exitCode, string output) = Tool.Build(_folders);

        Assert.Equal(1, exitCode);
        Assert.Contains("New-Lamp.md:", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folders.Culture));
    }

    [Fact]
    public void Writes_about_topics_as_text_of_eighty_columns()
    {
        _folders.Write("about_Lamps", """
            # about_Lamps

            ## Short description

            How lamps are made.

            ## Long description

            Of glass, and **some** more text that is long enough to wrap around the end of the line; see [the site](https://example.org/x).

            > [!NOTE]
            > Mind the
            > glass.

            - one
            - two
              - nested

            ### A table

            | Column | Meaning |
            |---|---|
            | a | the first one |
            | `b` | the second one, which needs more room than a line of eighty columns has |

            ```powershell
            Get-Lamp |
                New-Lamp
            ```

            ## See also

            - [New-Lamp](New-Lamp.md)
            """);

        Assert.Equal(0, Tool.Build(_folders).ExitCode);

        Assert.Equal(
            """
            TOPIC
                about_Lamps

            SHORT DESCRIPTION
                How lamps are made.

            LONG DESCRIPTION
                Of glass, and some more text that is long enough to wrap around the end of
                the line; see the site (https://example.org/x).

                Note: Mind the glass.

                - one
                - two
                  - nested

              A table
                Column  Meaning
                ------  --------------------------------------------------------------------
                a       the first one
                `b`     the second one, which needs more room than a line of eighty columns
                        has

                    Get-Lamp |
                        New-Lamp

            SEE ALSO
                - New-Lamp

            """,
            File.ReadAllText(Path.Combine(_folders.Culture, "about_Lamps.help.txt")));
    }

    [Theory]
    [InlineData]
    [InlineData("check")]
    [InlineData("check", "help", "no-such-module.dll")]
    [InlineData("publish", "help", "module.dll")]
    public void Explains_its_usage(params string[] arguments)
    {
        (int exitCode, string output) = Tool.Run(Tool.FirstDay, arguments);

        Assert.Equal(2, exitCode);
        Assert.Contains("HelpBuilder scaffold <help folder> <module dll>", output, StringComparison.Ordinal);
    }

    public void Dispose() => _folders.Dispose();
}
