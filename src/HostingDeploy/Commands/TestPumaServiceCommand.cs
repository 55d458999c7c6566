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
public sealed class TestPumaServiceCommand : DeployCommand
{
    /// <summary>The app: its name in the nearest hosting.yml, or what Get-DeployApp or a step emitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [HostingAppTransformation]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    public HostingApp App { get; set; } = null!;

    /// <summary>The session to the app's server. Without it the open session to that server is taken, or one is opened for this cmdlet alone.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public DeploySession? Session { get; set; }

    /// <summary>Answer with true or false and write no error for an app that is not healthy.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override async Task ProcessAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        using SessionLease lease = await SessionLease.TakeAsync(Session, App.Server, pipeline, cancellationToken).ConfigureAwait(false);
        try
        {
            StepResult result = await StepRunner.RunAsync(new VerifyStep(), new StepContext(App, lease.Session), plan: false, cancellationToken).ConfigureAwait(false);
            pipeline.Output(Quiet ? true : result);
        }
        catch (StepFailedException) when (Quiet)
        {
            pipeline.Output(false);
        }
    }
}
