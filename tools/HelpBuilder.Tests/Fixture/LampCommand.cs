using System.Management.Automation;

namespace LampModule.Commands;

/// <summary>What every cmdlet here shares.</summary>
public abstract class LampCommand : PSCmdlet
{
    /// <summary>The rooms to look in. Wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Room { get; set; } = ["Hall", "Kitchen"];
}
