using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Compiles the assets of a release with rake assets:precompile, in the service's environment.</summary>
/// <remarks>Nothing is run when no file that can change the output has changed since the live release: its assets are taken over then. An app without an asset pipeline is skipped. The digests of the release before stay served.</remarks>
/// <example>
/// <code>Build-AppAsset cigar</code>
/// <para>Compiles the assets of the release being built.</para>
/// </example>
[Cmdlet("Build", "AppAsset", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class BuildAppAssetCommand : StepCommand
{
    /// <summary>The release to work on. Default: the one being built, else the live one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Release { get; set; }

    private protected override string? WantedRelease => Release;

    private protected override DeployStep Step { get; } = new AssetsStep();
}
