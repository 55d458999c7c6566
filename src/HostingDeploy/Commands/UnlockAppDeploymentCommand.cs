using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Lets deployments of an app go again after Lock-AppDeployment.</summary>
/// <remarks>Nothing happens when they are not held back.</remarks>
/// <example>
/// <code>Unlock-AppDeployment cigar</code>
/// <para>Deployments are possible again.</para>
/// </example>
[Cmdlet(VerbsCommon.Unlock, "AppDeployment", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnlockAppDeploymentCommand : HoldCommand
{
    private protected override string? Reason => null;
}
