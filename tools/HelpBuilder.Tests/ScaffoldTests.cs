namespace HelpBuilder.Tests;

public sealed class ScaffoldTests : IDisposable
{
    private readonly Folders _folders = new();

    [Fact]
    public void Creates_a_page_for_each_cmdlet_and_one_for_the_module()
    {
        (int exitCode, _) = Tool.Scaffold(_folders);

        Assert.Equal(0, exitCode);
        Assert.Equal(
            ["Get-Lamp.md", "LampModule.md", "New-Lamp.md", "Test-Lamp.md"],
            Directory.GetFiles(_folders.Help).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("## SYNOPSIS\n\nHangs a lamp, or leaves one that already hangs there as it is.\n\n## SYNTAX")]
    [InlineData("### ByName (Default)\n\n```\nNew-Lamp [-Name] <string> [-Colour <Colour>] [-Blinks <int>]\n [-Brightness <string>] [-Delay <int>] [-PassThru] [-Room <string[]>] [-WhatIf]\n [-Confirm] [<CommonParameters>]\n```")]
    [InlineData("### ByLamp\n\n```\nNew-Lamp -InputObject <Lamp>")]
    [InlineData("This cmdlet has the following aliases,\n  Add-Lamp\n")]
    [InlineData("See [Get-Lamp](Get-Lamp.md) for the")]
    [InlineData("- A ladder of the size \\<room height> is needed.")]
    [InlineData("### Example 1: Hang a lamp in the kitchen\n\nIt shines white.\n\n```powershell\n$lamp = New-Lamp Sun -Room Kitchen -PassThru\nif ($lamp) {\n    $lamp.Name\n}\n```\n\nThe lamp comes back because of **-PassThru**.\n")]
    [InlineData("How often it blinks. `$null` lets the lamp decide.\n\n```yaml\nType: System.Int32\n")]
    [InlineData("AcceptedValues:\n- White\n- Amber\n")]
    [InlineData("- Name: ByLamp\n  Position: Named\n  IsRequired: true\n  ValueFromPipeline: true\n")]
    [InlineData("DefaultValue: Hall, Kitchen\nSupportsWildcards: true\n")]
    [InlineData("### LampModule.Lamp\n\nA lamp in a room. It binds to **-InputObject**.\n")]
    [InlineData("## OUTPUTS\n\n### LampModule.Lamp\n\nA lamp in a room.\n")]
    [InlineData("- [About lamps](https://example.org/lamps)\n- [Get-Lamp](Get-Lamp.md)\n- [Test-Lamp](Test-Lamp.md)\n")]
    public void Takes_from_the_code_whatever_it_tells(string text)
    {
        Tool.Scaffold(_folders);

        Assert.Contains(text, _folders.Page("New-Lamp"), StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_one_sentence_for_the_synopsis_and_leaves_the_rest_to_the_description()
    {
        Tool.Scaffold(_folders);

        Assert.Contains("## SYNOPSIS\n\nLists the lamps.\n\n", _folders.Page("Get-Lamp"), StringComparison.Ordinal);
        Assert.Contains("## DESCRIPTION\n\nWithout a name it lists them all.\n\n", _folders.Page("Get-Lamp"), StringComparison.Ordinal);
    }

    [Fact]
    public void Fills_a_text_once_the_code_has_it()
    {
        Tool.Scaffold(_folders);
        string page = _folders.Page("New-Lamp");
        _folders.Replace("New-Lamp", "The colour of the light.", "{{ Fill -Colour in }}");

        Tool.Scaffold(_folders);

        Assert.Equal(page, _folders.Page("New-Lamp"));
    }

    [Fact]
    public void Puts_Confirm_and_WhatIf_behind_the_other_parameters()
    {
        Tool.Scaffold(_folders);

        IEnumerable<string> headings = _folders.Page("New-Lamp").Split('\n').Where(line => line.StartsWith("### -", StringComparison.Ordinal));
        Assert.Equal(
            ["### -Blinks", "### -Brightness", "### -Colour", "### -Delay", "### -InputObject", "### -Name", "### -PassThru", "### -Room", "### -Confirm", "### -WhatIf"],
            headings);
    }

    [Fact]
    public void Describes_the_module_on_its_page()
    {
        Tool.Scaffold(_folders);

        string page = _folders.Page("LampModule");
        Assert.Contains("# LampModule Module\n\n## Description\n\nSwitches lamps.\n\n## LampModule Cmdlets\n", page, StringComparison.Ordinal);
        Assert.Contains("### [Get-Lamp](Get-Lamp.md)\n\nLists the lamps.\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_the_identity_of_the_module_from_the_manifest_beside_it()
    {
        string dll = Path.Combine(_folders.Module, "LampModule.dll");
        Directory.CreateDirectory(_folders.Module);
        File.Copy(Folders.Dll, dll);
        File.WriteAllText(
            Path.ChangeExtension(dll, ".psd1"),
            "@{ GUID = 'd2c5a1f0-7c39-4a3e-9d53-3f0f0b8f6a11'; Description = 'Lamps of all kinds.' }");

        Tool.Run(Tool.FirstDay, "scaffold", _folders.Help, dll);

        string page = _folders.Page("LampModule");
        Assert.Contains("Module Guid: d2c5a1f0-7c39-4a3e-9d53-3f0f0b8f6a11\n", page, StringComparison.Ordinal);
        Assert.Contains("## Description\n\nLamps of all kinds.\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_the_identity_of_the_module_when_there_is_no_manifest()
    {
        Tool.Scaffold(_folders);
        _folders.Replace("LampModule", "00000000-0000-0000-0000-000000000000", "d2c5a1f0-7c39-4a3e-9d53-3f0f0b8f6a11");

        Tool.Scaffold(_folders);

        Assert.Contains("Module Guid: d2c5a1f0-7c39-4a3e-9d53-3f0f0b8f6a11\n", _folders.Page("LampModule"), StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_nothing_the_second_time()
    {
        Tool.WriteCompletePages(_folders);
        Tool.Scaffold(_folders);
        string before = _folders.Page("New-Lamp");

        (_, string output) = Tool.Scaffold(_folders, Tool.FirstDay.AddDays(1));

        Assert.Empty(output);
        Assert.Equal(before, _folders.Page("New-Lamp"));
    }

    [Theory]
    [InlineData("Hangs a lamp, or leaves one that already hangs there as it is.", "Puts light into a room.")]
    [InlineData("The fuse has to be out.", "The fuse has to be out, says `systemctl` {{ braces }} and all.\n\n#### A heading\n\n```\n## no heading\n```")]
    [InlineData("It shines white.", "It shines as white\nas snow.")]
    [InlineData("The colour of the light.", "The colour.\n\n- A list\n- of two")]
    [InlineData("## NOTES\n", "## NOTES\n\nMind the ladder.\n")]
    [InlineData("A lamp in a room.\n\n## NOTES", "What was hung.\n\n## NOTES")]
    [InlineData("- [Get-Lamp](Get-Lamp.md)\n", "")]
    [InlineData("title: New-Lamp\n", "title: New-Lamp\nauthor: somebody\n")]
    [InlineData("DefaultValue: 0\n", "DefaultValue: what the fuse says\n")]
    public void Leaves_what_a_person_wrote(string generated, string written)
    {
        Tool.Scaffold(_folders);
        _folders.Replace("New-Lamp", generated, written);
        string page = _folders.Page("New-Lamp");

        (_, string output) = Tool.Scaffold(_folders);

        Assert.Equal(page, _folders.Page("New-Lamp"));
        Assert.DoesNotContain("New-Lamp.md", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[-Delay <int>] ")]
    [InlineData("- LampName\n")]
    [InlineData("  Add-Lamp\n")]
    [InlineData("### LampModule.Lamp\n\nA lamp in a room.\n\n## NOTES")]
    [InlineData("- Amber\n")]
    [InlineData("[about_CommonParameters]")]
    public void Restores_what_the_code_decides(string generated)
    {
        Tool.Scaffold(_folders);
        string page = _folders.Page("New-Lamp");
        _folders.Replace("New-Lamp", generated, generated.EndsWith("NOTES", StringComparison.Ordinal) ? "## NOTES" : "");

        Tool.Scaffold(_folders, Tool.FirstDay.AddDays(1));

        Assert.Equal(page.Replace("ms.date: 01/31/2026", "ms.date: 02/01/2026", StringComparison.Ordinal), _folders.Page("New-Lamp"));
    }

    [Fact]
    public void Says_which_text_it_removed()
    {
        Tool.Scaffold(_folders);
        _folders.Replace("New-Lamp", "### -Delay", "### -Latency");

        (_, string output) = Tool.Scaffold(_folders);

        Assert.Contains("removed -Latency", output, StringComparison.Ordinal);
        Assert.DoesNotContain("-Latency", _folders.Page("New-Lamp"), StringComparison.Ordinal);
    }

    [Fact]
    public void Does_not_touch_a_page_it_cannot_read()
    {
        Tool.Scaffold(_folders);
        _folders.Replace("New-Lamp", "## NOTES", "## REMARKS");
        string page = _folders.Page("New-Lamp");

        (int exitCode, string output) = Tool.Scaffold(_folders);

        Assert.Equal(1, exitCode);
        Assert.Contains("'REMARKS' is not one of the schema's sections", output, StringComparison.Ordinal);
        Assert.Equal(page, _folders.Page("New-Lamp"));
    }

    public void Dispose() => _folders.Dispose();
}
