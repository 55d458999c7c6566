using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Holds deployments of an app back until Unlock-AppDeployment.</summary>
/// <remarks>Whoever tries to deploy is told the message, and who left it. The app goes on serving; the lock that a running deployment holds is another one and frees itself.</remarks>
/// <example>
/// <code>Lock-AppDeployment cigar -Message 'Database maintenance until noon'</code>
/// <para>Nobody deploys cigar before it is unlocked.</para>
/// </example>
[Cmdlet(VerbsCommon.Lock, "AppDeployment", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class LockAppDeploymentCommand : HoldCommand
{
    /// <summary>Why; shown to whoever tries to deploy.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Message { get; set; } = string.Empty;

    private protected override string Reason => Message;
}
