using System.Management.Automation;

namespace LampModule.Commands;

/// <summary>Says whether a lamp shines.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Lamp")]
[OutputType(typeof(bool))]
public sealed class TestLampCommand : PSCmdlet
{
    /// <summary>The lamp's name.</summary>
    [Parameter(Mandatory = true)]
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(Name.Length > 0);
}
