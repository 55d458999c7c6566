using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Runs the pending migrations of a release with rake db:migrate, in the service's environment.</summary>
/// <remarks>Runs as a transient systemd unit: a dropped connection or a killed client does not stop a migration half-way, and the same line again waits for it. Nothing is run when this very db/ tree was migrated into this very database before.</remarks>
/// <example>
/// <code>Update-AppDatabase cigar</code>
/// <para>Migrates the database to the release being built.</para>
/// </example>
[Cmdlet(VerbsData.Update, "AppDatabase", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class UpdateAppDatabaseCommand : StepCommand
{
    /// <summary>The release to work on. Default: the one being built, else the live one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Release { get; set; }

    private protected override string? WantedRelease => Release;

    private protected override DeployStep Step { get; } = new MigrateStep();
}
