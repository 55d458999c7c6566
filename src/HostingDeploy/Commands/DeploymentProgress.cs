using System.Diagnostics;
using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>The progress bar of a deployment: the step, its time so far, the last line from the server.</summary>
internal sealed class DeploymentProgress(HostingApp app, Pipeline pipeline)
{
    private const int LeastMilliseconds = 200;

    private static int s_last;

    /// <summary>Several deployments in one process have a bar each.</summary>
    private readonly int _id = Interlocked.Increment(ref s_last);
    private readonly Stopwatch _sinceShown = Stopwatch.StartNew();
    private readonly Stopwatch _step = new();
    private ProgressRecord? _record;

    internal void Begin(DeployStep step, int index, int count)
    {
        _step.Restart();
        _record = new ProgressRecord(_id, $"Deploying {app.Title}", $"Step {(int)step.Name}: {step.Name}") { PercentComplete = 100 * index / count };
        pipeline.Progress(_record);
    }

    internal void Line(PSCmdlet cmdlet, string line)
    {
        if (_record is null || _sinceShown.ElapsedMilliseconds < LeastMilliseconds)
        {
            return;
        }

        _sinceShown.Restart();
        cmdlet.WriteProgress(new ProgressRecord(_id, _record.Activity, $"{_record.StatusDescription} ({_step.Elapsed.TotalSeconds:0} s)")
        {
            PercentComplete = _record.PercentComplete,
            CurrentOperation = line,
        });
    }

    internal void End()
    {
        if (_record is not null)
        {
            pipeline.Progress(new ProgressRecord(_id, _record.Activity, _record.StatusDescription) { RecordType = ProgressRecordType.Completed });
        }
    }
}
