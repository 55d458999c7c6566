using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Creates the databases of an app with rake db:create, in the service's environment.</summary>
/// <remarks>Runs as a transient systemd unit that outlives a dropped connection. Nothing is run when the database is there and was made for this configuration.</remarks>
/// <example>
/// <code>New-AppDatabase cigar</code>
/// <para>Creates the databases of config/database.yml.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "AppDatabase", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class NewAppDatabaseCommand : StepCommand
{
    /// <summary>The release to work on. Default: the one being built, else the live one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Release { get; set; }

    private protected override string? WantedRelease => Release;

    private protected override DeployStep Step { get; } = new CreateDatabaseStep();
}
