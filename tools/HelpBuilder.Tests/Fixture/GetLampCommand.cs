using System.Management.Automation;

namespace LampModule.Commands;

/// <summary>Lists the lamps. Without a name it lists them all.</summary>
/// <example>
/// List all lamps
/// <code>Get-Lamp</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "Lamp")]
[OutputType(typeof(Lamp))]
public sealed class GetLampCommand : LampCommand
{
    /// <summary>Only the lamp of this name.</summary>
    [Parameter(Position = 0)]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(new Lamp(Name ?? "Sun", Colour.White));
}
