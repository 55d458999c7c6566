using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Creates the folders of an app on its server, and the system user it runs as.</summary>
/// <remarks>Makes /var/www/APP with releases, shared, slots and the bare repository, /etc/hosting/APP for settings and secrets and /var/lib/hosting/APP for the journal. What is already right is left alone. A server that lacks a tool a deployment needs is told so at once: a deployment installs none.</remarks>
/// <example>
/// <code>Get-DeployApp cigar -Session $s | New-AppDirectory</code>
/// <para>Prepares the server for the app cigar.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "AppDirectory", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class NewAppDirectoryCommand : StepCommand
{
    private protected override DeployStep Step { get; } = new DirectoryStep();
}
