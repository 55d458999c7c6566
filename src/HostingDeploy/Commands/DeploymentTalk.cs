using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Deployments;

/// <summary>Runs a deployment so that a person can follow it: lines, progress, and the server's output as verbose.</summary>
internal sealed class DeploymentTalk(HostingApp app, Pipeline pipeline)
{
    /// <summary>A line on the information stream, shown like Write-Host's.</summary>
    internal void Say(string line) => pipeline.Information(new HostInformationMessage { Message = line }, "PSHOST", "HostingDeploy", "Step");

    /// <summary>Runs it.</summary>
    internal async Task<Deployment> RunAsync(DeploySession session, DeploymentOrder order, CancellationToken cancellationToken)
    {
        var progress = new DeploymentProgress(app, pipeline);
        var run = new DeploymentRun(app, session, order)
        {
            Say = Say,
            Warn = pipeline.Warning,
            OnStep = progress.Begin,
            OnLine = pipeline.Lines((cmdlet, line) =>
            {
                cmdlet.WriteVerbose($"{app.Server}: {line}");
                progress.Line(cmdlet, line);
            }),
            OnLocalLine = pipeline.Lines((cmdlet, line) =>
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
