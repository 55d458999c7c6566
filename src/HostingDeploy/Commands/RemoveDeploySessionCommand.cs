using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Closes sessions.</summary>
/// <remarks>Steps that still run in a session are stopped; work that runs as a systemd unit on the server goes on.</remarks>
/// <example>
/// <code>Remove-DeploySession $s</code>
/// <para>Closes the session.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "DeploySession", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
public sealed class RemoveDeploySessionCommand : PSCmdlet
{
    /// <summary>The sessions to close.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [LiveSession]
    public DeploySession[] Session { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (DeploySession session in Session)
        {
            if (ShouldProcess($"session {session.Id} to {session}", "Close"))
            {
                session.Dispose();
                SessionList.Remove(session);
            }
        }
    }
}
