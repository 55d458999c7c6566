using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Brings the secrets of an app to the file its service reads them from.</summary>
/// <remarks>The values of secretsFile go over stdin into /etc/hosting/APP/secrets.env, which only root can read and systemd hands to Puma and to rake. Names that were added, removed or changed are reported, values never. DATABASE_URL is composed from database and DATABASE_PASSWORD when it is not given. SECRET_KEY_BASE (or RAILS_MASTER_KEY) has to be there.</remarks>
/// <example>
/// <code>Sync-Secrets cigar</code>
/// <para>Writes the secrets when they differ; Start-PumaService then hands over to a Puma that has them.</para>
/// </example>
[Cmdlet(VerbsData.Sync, "Secrets", SupportsShouldProcess = true)]
[Alias("Sync-Secret")]
[OutputType(typeof(StepResult))]
public sealed class SyncSecretsCommand : StepCommand
{
    private protected override DeployStep Step { get; } = new SecretsStep();
}
