using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Starts Puma for a release, or hands over to it from the one that runs.</summary>
/// <remarks>The new Puma boots in the free slot, with a listening socket of its own, and has to answer the health check there. Then nginx is switched to it, without dropping a connection, and the old Puma finishes its requests and stops. A Puma that does not boot or answer is stopped again; the running one never notices. Nothing happens when the live Puma runs this release with these settings and secrets.</remarks>
/// <example>
/// <code>Start-PumaService cigar</code>
/// <para>Hands over to the release being built; or starts the live one again after its secrets changed.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Start, "PumaService", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class StartPumaServiceCommand : StepCommand
{
    /// <summary>The release to work on. Default: the one being built, else the live one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Release { get; set; }

    private protected override string? WantedRelease => Release;

    private protected override DeployStep Step { get; } = new StartStep();
}
