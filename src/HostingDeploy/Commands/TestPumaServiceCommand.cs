using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Verifies that an app's service runs and answers.</summary>
/// <remarks>Asks Puma through its own socket, and the site through nginx on the server, for the health check's path. It changes nothing. An app that is not healthy is an error that says why, with the last lines of Puma's log; with -Quiet the answer is only true or false.</remarks>
/// <example>
/// <code>Test-PumaService cigar</code>
/// <para>Tells the release that serves, since when, and the address.</para>
/// </example>
/// <example>
/// <code>if (-not (Test-PumaService cigar -Quiet)) { Start-PumaService cigar -Force }</code>
/// <para>Starts the app again when it does not answer.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "PumaService")]
[OutputType(typeof(StepResult), typeof(bool))]
public sealed class TestPumaServiceCommand : AppCommand
{
    /// <summary>Answer with true or false and write no error for an app that is not healthy.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override async Task ProcessAsync(HostingApp app, DeploySession session, Pipeline pipeline, CancellationToken cancellationToken)
    {
        try
        {
            StepResult result = await StepRunner.RunAsync(new VerifyStep(), new StepContext(app, session), plan: false, cancellationToken).ConfigureAwait(false);
            pipeline.Output(Quiet ? true : result);
        }
        catch (StepFailedException) when (Quiet)
        {
            pipeline.Output(false);
        }
    }
}
