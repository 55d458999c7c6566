namespace HelpBuilder.Tests;

public sealed class CheckTests : IDisposable
{
    private readonly Folders _folders = new();

    public CheckTests() => Tool.WriteCompletePages(_folders);

    [Fact]
    public void Is_content_with_complete_pages()
    {
        (int exitCode, string[] problems) = Tool.Check(_folders);

        Assert.Empty(problems);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public void Names_every_text_that_is_missing()
    {
        File.Delete(Path.Combine(_folders.Help, "Test-Lamp.md"));
        Tool.Scaffold(_folders);

        (int exitCode, string[] problems) = Tool.Check(_folders);

        Assert.Equal(1, exitCode);
        Assert.Equal(
            [
                "Test-Lamp.md:28: the description is missing",
                "Test-Lamp.md:74: OUTPUTS says nothing about System.Boolean",
                "Test-Lamp.md:32: there is no example",
            ],
            problems);
    }

    [Theory]
    [InlineData("# New-Lamp\n", "# Add-Lamp\n", "New-Lamp.md:1: the page's heading is 'Add-Lamp', the cmdlet is New-Lamp")]
    [InlineData("title: New-Lamp", "title: Old-Lamp", "New-Lamp.md:1: front matter 'title' is 'Old-Lamp', it should be 'New-Lamp'")]
    [InlineData("Hangs a lamp, or leaves one that already hangs there as it is.", "", "New-Lamp.md:14: the synopsis is missing")]
    [InlineData("The lamp's name.", "", "-Name has no text")]
    [InlineData("### -Delay", "### -Latency", "-Delay is missing")]
    [InlineData("### -Delay", "### -Latency", "the cmdlet has no parameter -Latency")]
    [InlineData("[-Blinks <int>]", "[-Blinks <long>]", "New-Lamp.md:20: the syntax of 'ByName (Default)' is out of date")]
    [InlineData("### ByLamp\n", "### ByLantern\n", "SYNTAX has no block 'ByLamp'")]
    [InlineData("### ByLamp\n", "### ByLantern\n", "the cmdlet has no parameter set 'ByLantern'")]
    [InlineData("  Add-Lamp\n", "  Join-Lamp\n", "the cmdlet's aliases are: Add-Lamp")]
    [InlineData("Type: System.Int32", "Type: System.Int64", "-Blinks: Type is 'System.Int64', the cmdlet says 'System.Int32'")]
    [InlineData("Position: 0", "Position: 1", "-Name: Position in set ByName is '1', the cmdlet says '0'")]
    [InlineData("IsRequired: true", "IsRequired: false", "-InputObject: IsRequired in set ByLamp is 'False', the cmdlet says 'True'")]
    [InlineData("ValueFromPipeline: true", "ValueFromPipeline: false", "-InputObject: ValueFromPipeline in set ByLamp is 'False', the cmdlet says 'True'")]
    [InlineData("ValueFromPipelineByPropertyName: true", "ValueFromPipelineByPropertyName: false", "-Room: ValueFromPipelineByPropertyName in set (All) is 'False'")]
    [InlineData("Name: ByName", "Name: (All)", "-Name: ParameterSets is '(All)', the cmdlet says 'ByName'")]
    [InlineData("- LampName", "- Lamp", "-Name: Aliases is 'Lamp', the cmdlet says 'LampName'")]
    [InlineData("- Amber\n", "", "-Colour: AcceptedValues is 'White', the cmdlet says 'White, Amber'")]
    [InlineData("- 100\n", "- 99\n", "-Brightness: AcceptedValues is '25, 50, 99', the cmdlet says '25, 50, 100'")]
    [InlineData("DefaultValue: Amber", "DefaultValue: White", "-Colour: DefaultValue is 'White', the cmdlet says 'Amber'")]
    [InlineData("SupportsWildcards: true", "SupportsWildcards: false", "-Room: SupportsWildcards is 'False', the cmdlet says 'True'")]
    [InlineData("## OUTPUTS\n\n### LampModule.Lamp", "## OUTPUTS\n\n### LampModule.Lantern", "OUTPUTS lacks LampModule.Lamp")]
    [InlineData("## OUTPUTS\n\n### LampModule.Lamp", "## OUTPUTS\n\n### LampModule.Lantern", "OUTPUTS names LampModule.Lantern, the cmdlet does not")]
    [InlineData("It shines white.", "{{ Fill in something }}", "New-Lamp.md:55: a placeholder is left: {{ Fill in something }}")]
    [InlineData("[Get-Lamp](Get-Lamp.md)", "[Get-Lamp](Got-Lamp.md)", "New-Lamp.md:43: the link to 'Got-Lamp.md' leads nowhere")]
    [InlineData("if ($lamp) {", "if ($lamp {", "New-Lamp.md:59: the example does not parse: ")]
    [InlineData("Get-Lamp Sun | New-Lamp -WhatIf", "Get-Lamp Sun |\n    New-Lamp -Nmae x", "New-Lamp.md:70: the example uses -Nmae, which New-Lamp does not have")]
    [InlineData("## NOTES\n", "## NOTES\n\n\n", "out of date: '## RELATED LINKS' should stand here; run scaffold")]
    [InlineData("## NOTES\n", "## OTHER\n", "'OTHER' is not one of the schema's sections")]
    [InlineData("## NOTES\n", "## INPUTS\n", "INPUTS stands here a second time")]
    [InlineData("### -Delay", "### Delay", "'Delay' is not a parameter")]
    [InlineData("```yaml\nType: System.Int32", "```yml\nType: System.Int32", "-Blinks needs one yaml block with its metadata, and has 0")]
    [InlineData("DontShow: false", "DontShow: perhaps", "the metadata of -Blinks does not read")]
    public void Reports_what_does_not_fit(string right, string wrong, string problem)
    {
        ReplaceFirst("New-Lamp", right, wrong);

        (int exitCode, string[] problems) = Tool.Check(_folders);

        Assert.Equal(1, exitCode);
        Assert.Contains(problems, line => line.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("`{{ app.name }}`")]
    [InlineData("```\nserver_name {{ app.domain }};\n```")]
    public void Takes_braces_in_code_for_code(string text)
    {
        _folders.Replace("New-Lamp", "It shines white.", text);

        Assert.Empty(Tool.Check(_folders).Problems);
    }

    [Fact]
    public void Reports_a_page_without_a_cmdlet_and_a_cmdlet_without_a_page()
    {
        File.Move(Path.Combine(_folders.Help, "Test-Lamp.md"), Path.Combine(_folders.Help, "Measure-Lamp.md"));

        string[] problems = Tool.Check(_folders).Problems;

        Assert.Contains("Test-Lamp.md:1: the page of Test-Lamp is missing", problems);
        Assert.Contains("Measure-Lamp.md:1: the module has no cmdlet Measure-Lamp", problems);
    }

    [Fact]
    public void Reports_a_module_page_that_is_out_of_date()
    {
        _folders.Replace("LampModule", "Lists the lamps.", "Counts the lamps.");

        Assert.Equal(["LampModule.md:22: out of date: 'Lists the lamps.' should stand here; run scaffold"], Tool.Check(_folders).Problems);
    }

    [Theory]
    [InlineData("# about_Lamp\n\n## Short description\n\nX.\n\n## Long description\n\nY.", "the topic's heading is 'about_Lamp', its file says 'about_Lamps'")]
    [InlineData("# about_Lamps\n\n## Long description\n\nY.", "a topic begins with the section 'Short description'")]
    [InlineData("# about_Lamps\n\n## Short description\n\nX.\n\nY.\n\n## Long description\n\nY.", "the short description has to be one sentence")]
    [InlineData("# about_Lamps\n\n## Short description\n\nX.", "the topic has nothing but a short description")]
    public void Reports_a_topic_the_engine_would_not_list_well(string text, string problem)
    {
        _folders.Write("about_Lamps", text);

        Assert.Contains(Tool.Check(_folders).Problems, line => line.Contains(problem, StringComparison.Ordinal));
    }

    public void Dispose() => _folders.Dispose();

    private void ReplaceFirst(string name, string old, string text)
    {
        string page = _folders.Page(name);
        int at = page.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, $"'{old}' is not in the page.");
        _folders.Write(name, page[..at] + text + page[(at + old.Length)..]);
    }
}
