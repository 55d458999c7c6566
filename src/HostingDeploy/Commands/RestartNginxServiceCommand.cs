using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Tests nginx's configuration and makes nginx take it.</summary>
/// <remarks>nginx reloads: no connection is dropped. A configuration it does not accept is never loaded; the error names the file and line. Nothing happens when nginx has loaded this very configuration, certificates included.</remarks>
/// <example>
/// <code>Restart-NginxService cigar</code>
/// <para>Reloads nginx on the server of cigar when there is something new to load.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Restart, "NginxService", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class RestartNginxServiceCommand : StepCommand
{
    /// <summary>Stop and start nginx instead of reloading it; open connections are dropped.</summary>
    [Parameter]
    public SwitchParameter FullRestart { get; set; }

    private protected override DeployStep Step => new NginxStep(FullRestart);
}
