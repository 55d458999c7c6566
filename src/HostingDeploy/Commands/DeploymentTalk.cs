using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Deployments;

/// <summary>Runs a deployment so that a person can follow it: lines, progress, and the server's output as verbose.</summary>
internal sealed class DeploymentTalk : IDisposable
{
    private static int s_talking;

    private readonly HostingApp _app;
    private readonly Pipeline _pipeline;
    private bool _isOneOfMany;

    internal DeploymentTalk(HostingApp app, Pipeline pipeline)
    {
        _app = app;
        _pipeline = pipeline;
        Interlocked.Increment(ref s_talking);
    }

    /// <summary>
    /// A line on the information stream, shown like Write-Host's. While several deployments share this process, and so a screen,
    /// it says whose it is.
    /// </summary>
    internal void Say(string line)
    {
        _isOneOfMany |= Volatile.Read(ref s_talking) > 1;
        _pipeline.Information(new HostInformationMessage { Message = _isOneOfMany ? $"{_app} | {line}" : line }, "PSHOST", "HostingDeploy", "Step");
    }

    public void Dispose() => Interlocked.Decrement(ref s_talking);

    /// <summary>Runs it.</summary>
    internal async Task<Deployment> RunAsync(DeploySession session, DeploymentOrder order, CancellationToken cancellationToken)
    {
        var progress = new DeploymentProgress(_app, _pipeline);
        var run = new DeploymentRun(_app, session, order)
        {
            Say = Say,
            Warn = _pipeline.Warning,
            OnStep = progress.Begin,
            OnLine = _pipeline.Lines((cmdlet, line) =>
            {
                cmdlet.WriteVerbose($"{_app.Server}: {line}");
                progress.Line(cmdlet, line);
            }),
            OnLocalLine = _pipeline.Lines((cmdlet, line) =>
            {
                cmdlet.WriteVerbose($"{Environment.MachineName}: {line}");
                progress.Line(cmdlet, line);
            }),
        };
        try
        {
            return await run.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            progress.End();
        }
    }
}
