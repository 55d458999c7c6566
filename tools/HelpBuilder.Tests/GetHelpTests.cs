namespace HelpBuilder.Tests;

/// <summary>What people get from Get-Help, asked of the real engine.</summary>
public sealed class GetHelpTests : IDisposable
{
    private readonly Folders _folders = new();
    private readonly Engine _engine;

    public GetHelpTests()
    {
        Tool.WriteCompletePages(_folders);
        _folders.Replace("New-Lamp", "## NOTES\n", "## NOTES\n\nMind the **ladder**.\n");
        _folders.Write("about_Lamps", """
            # about_Lamps

            ## Short description

            How lamps are made.

            ## Long description

            Of glass.
            """);
        (int exitCode, string output) = Tool.Build(_folders);
        Assert.True(exitCode == 0, output);
        _engine = new Engine(_folders);
    }

    [Theory]
    [InlineData("New-Lamp", "Hangs a lamp, or leaves one that already hangs there as it is.")]
    [InlineData("Add-Lamp", "Hangs a lamp, or leaves one that already hangs there as it is.")]
    [InlineData("Get-Lamp", "Lists the lamps.")]
    [InlineData("Test-Lamp", "Says whether a lamp shines.")]
    public void Shows_the_synopsis_of_the_page(string command, string synopsis) =>
        Assert.Equal([synopsis], _engine.Run($"(Get-Help {command}).Synopsis"));

    [Fact]
    public void Shows_the_description_in_paragraphs()
    {
        string[] paragraphs = _engine.Run("(Get-Help New-Lamp).description.Text.Trim()");

        Assert.Equal(
            [
                "The lamp gets its current from the ceiling. See Get-Lamp for the lamps there are, and -Colour for what they look like.",
                "Nobody should do this with the current on:",
                "- The fuse has to be out.\n- A ladder of the size <room height> is needed.",
            ],
            paragraphs);
    }

    [Fact]
    public void Shows_every_parameter_with_its_text()
    {
        Assert.Equal(
            ["Blinks", "Brightness", "Colour", "Confirm", "Delay", "InputObject", "Name", "PassThru", "Room", "WhatIf"],
            _engine.Run("(Get-Help New-Lamp).parameters.parameter.name").Order(StringComparer.Ordinal));
        Assert.Equal(["How bright it is, in percent."], _engine.Run("(Get-Help New-Lamp -Parameter Brightness).description.Text"));
    }

    [Theory]
    [InlineData("Name", "required", "true")]
    [InlineData("Name", "position", "0")]
    [InlineData("Name", "aliases", "LampName")]
    [InlineData("Room", "pipelineInput", "True (ByPropertyName)")]
    [InlineData("Room", "globbing", "true")]
    [InlineData("Room", "defaultValue", "Hall, Kitchen")]
    [InlineData("InputObject", "pipelineInput", "True (ByValue)")]
    [InlineData("InputObject", "position", "named")]
    [InlineData("Blinks", "defaultValue", "None")]
    [InlineData("PassThru", "parameterValue", "SwitchParameter")]
    public void Shows_what_is_true_of_a_parameter(string parameter, string property, string value) =>
        Assert.Equal([value], _engine.Run($"(Get-Help New-Lamp -Parameter {parameter}).{property}"));

    [Fact]
    public void Shows_a_syntax_for_each_set_in_the_order_of_the_page()
    {
        Assert.Equal(
            ["Name,Colour,Blinks,Brightness,Delay,PassThru,Room,WhatIf,Confirm", "InputObject,Colour,Blinks,Brightness,Delay,PassThru,Room,WhatIf,Confirm"],
            _engine.Run("(Get-Help New-Lamp).syntax.syntaxItem | ForEach-Object { $_.parameter.name -join ',' }"));
    }

    [Fact]
    public void Shows_examples_with_code_and_remarks()
    {
        Assert.Equal(
            ["$lamp = New-Lamp Sun -Room Kitchen -PassThru\nif ($lamp) {\n    $lamp.Name\n}", "Get-Lamp Sun | New-Lamp -WhatIf"],
            _engine.Run("(Get-Help New-Lamp).examples.example.code"));
        Assert.Equal(
            ["It shines white.", "The lamp comes back because of -PassThru."],
            _engine.Run("(Get-Help New-Lamp).examples.example[0].remarks.Text.Trim()"));
        Assert.Equal("---------- Example 2: Hang one like another ----------", _engine.Run("(Get-Help New-Lamp).examples.example.title")[1]);
    }

    [Fact]
    public void Shows_inputs_outputs_notes_and_links()
    {
        Assert.Equal(["LampModule.Lamp", "System.Management.Automation.PSObject"], _engine.Run("(Get-Help New-Lamp).inputTypes.inputType.type.name"));
        Assert.Equal(["LampModule.Lamp"], _engine.Run("(Get-Help New-Lamp).returnValues.returnValue.type.name"));
        Assert.Equal(["Mind the ladder."], _engine.Run("(Get-Help New-Lamp).alertSet.alert.Text"));
        Assert.Equal(["About lamps", "Get-Lamp", "Test-Lamp"], _engine.Run("(Get-Help New-Lamp).relatedLinks.navigationLink.linkText"));
    }

    [Fact]
    public void Lists_the_about_topic_with_its_short_description()
    {
        Assert.Equal(["How lamps are made."], _engine.Run("(Get-Help about_Lamps).Synopsis"));
    }

    public void Dispose()
    {
        _engine.Dispose();
        _folders.Dispose();
    }
}
