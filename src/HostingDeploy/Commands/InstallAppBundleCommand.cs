using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Installs the gems of a release without the groups development and test.</summary>
/// <remarks>bundle install runs as the app's build user in a transient systemd unit, so a dropped connection does not stop it: the same line again finds it and waits for it. Gems are kept for all releases in /var/www/APP/bundle, which the running app may read and not write; nothing is run when this Gemfile.lock was installed before with the same ruby and settings.</remarks>
/// <example>
/// <code>Install-AppBundle cigar</code>
/// <para>Installs what Gemfile.lock of the release being built names.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Install, "AppBundle", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class InstallAppBundleCommand : StepCommand
{
    /// <summary>The release to work on. Default: the one being built, else the live one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Release { get; set; }

    private protected override string? WantedRelease => Release;

    private protected override DeployStep Step { get; } = new BundleStep();
}
