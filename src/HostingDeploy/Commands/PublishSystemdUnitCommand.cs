using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Publishes the systemd units of an app, holding no secrets.</summary>
/// <remarks>puma-APP@.service and puma-APP@.socket are template units: an instance is a slot, one of the two places where a Puma of the app can run. A file puma.service.liquid or puma.socket.liquid beside hosting.yml replaces the module's own. What systemd would not accept is refused before it replaces anything.</remarks>
/// <example>
/// <code>Publish-SystemdUnit cigar -WhatIf</code>
/// <para>Shows the difference between the unit on the server and the one that would be published.</para>
/// </example>
[Cmdlet(VerbsData.Publish, "SystemdUnit", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class PublishSystemdUnitCommand : StepCommand
{
    private protected override DeployStep Step { get; } = new UnitStep();
}
