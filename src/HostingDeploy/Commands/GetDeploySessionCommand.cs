using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Lists the sessions opened in this runspace.</summary>
/// <example>
/// <code>Get-DeploySession</code>
/// <para>All of them, with what they cost so far.</para>
/// </example>
/// <example>
/// <code>Get-DeploySession web* | Remove-DeploySession</code>
/// <para>Closes the sessions to all servers whose names begin with web.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "DeploySession")]
[OutputType(typeof(DeploySession))]
public sealed class GetDeploySessionCommand : PSCmdlet
{
    /// <summary>Names of servers; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        WildcardPattern[] wanted = [.. Name.Select(n => new WildcardPattern(n, WildcardOptions.IgnoreCase))];
        WriteObject(SessionList.All().Where(s => wanted.Any(w => w.IsMatch(s.Name))), enumerateCollection: true);
    }
}
