using System.Management.Automation;

namespace LampModule.Commands;

/// <summary>Hangs a lamp, or leaves one that already hangs there as it is.</summary>
/// <remarks>
/// <para>
/// The lamp gets its current from the ceiling. See <see cref="GetLampCommand"/> for the lamps there are, and
/// <see cref="Colour"/> for what they look like.
/// </para>
/// <para>Nobody should do this with the current on:</para>
/// <list type="bullet">
/// <item>The fuse has to be out.</item>
/// <item>A ladder of the size &lt;room height&gt; is needed.</item>
/// </list>
/// </remarks>
/// <example>
/// Hang a lamp in the kitchen. It shines white.
/// <code>
/// $lamp = New-Lamp Sun -Room Kitchen -PassThru
/// if ($lamp) {
///     $lamp.Name
/// }
/// </code>
/// <para>The lamp comes back because of <see cref="PassThru"/>.</para>
/// </example>
/// <example>
/// Hang one like another
/// <code>Get-Lamp Sun | New-Lamp -WhatIf</code>
/// </example>
/// <seealso href="https://example.org/lamps">About lamps</seealso>
[Cmdlet(VerbsCommon.New, "Lamp", SupportsShouldProcess = true, DefaultParameterSetName = "ByName")]
[Alias("Add-Lamp")]
[OutputType(typeof(Lamp))]
public sealed class NewLampCommand : LampCommand
{
    /// <summary>The lamp's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "ByName")]
    [Alias("LampName")]
    public string Name { get; set; } = "";

    /// <summary>A lamp to copy.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "ByLamp")]
    public Lamp? InputObject { get; set; }

    /// <summary>The colour of the light.</summary>
    [Parameter]
    public Colour Colour { get; set; } = Colour.Amber;

    /// <summary>How often it blinks. <see langword="null"/> lets the lamp decide.</summary>
    [Parameter]
    public int? Blinks { get; set; }

    /// <summary>How bright it is, in percent.</summary>
    [Parameter]
    [ValidateSet("25", "50", "100")]
    public string Brightness { get; set; } = "50";

    /// <summary>How long it waits before it shines. By default the fuse decides.</summary>
    [Parameter]
    public int Delay { get; set; }

    /// <summary>Returns the lamp.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ShouldProcess(Name, "Hang") && PassThru)
        {
            WriteObject(InputObject ?? new Lamp(Name, Colour));
        }
    }
}
