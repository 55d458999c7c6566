using System.Diagnostics;
using System.Management.Automation;

namespace HostingDeploy.Steps;

using HostingDeploy.Sessions;

/// <summary>Runs a step's script and turns its answer into a result or an error.</summary>
internal static class StepRunner
{
    /// <summary>Runs the step; with <paramref name="plan"/> it only looks.</summary>
    internal static async Task<StepResult> RunAsync(DeployStep step, StepContext context, bool plan, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        ShellReply reply;
        try
        {
            reply = await context.RunAsync(step.Prepare(context, plan), cancellationToken).ConfigureAwait(false);
        }
        catch (DeployException closed) when (closed is { ErrorId: "SessionClosed", InnerException: not null })
        {
            // Closed while the step ran, by another runspace: whoever reads it must know what was stopped.
            throw new DeployException(
                closed.ErrorId, closed.Category, $"Step {(int)step.Name} ({step.Name}) of {context.App} was cut off: {closed.Message}", $"{context.App.Server}: {step.Name} of {context.App}",
                closed.RecommendedAction, closed.InnerException);
        }
        catch (DeployException lost) when (lost.ErrorId == "ConnectionLost")
        {
            throw new DeployException(
                lost.ErrorId, lost.Category, $"Step {(int)step.Name} ({step.Name}) of {context.App} was cut off: {lost.Message}", $"{context.App.Server}: {step.Name} of {context.App}",
                $"{step.Cmdlet} {context.App}: it looks at what is there and goes on; work that was still running on the server is found and waited for.", lost.InnerException);
        }

        return reply.ExitStatus == 0
            ? Read(step, context, plan, reply, clock.Elapsed)
            : throw Failure(step, context, reply);
    }

    private static StepResult Read(DeployStep step, StepContext context, bool plan, ShellReply reply, TimeSpan duration)
    {
        string[] changes = [.. reply.All("change")];
        string[] skipped = [.. reply.All("skipped")];
        return new StepResult
        {
            Step = step.Name,
            Status = skipped.Length > 0 ? StepStatus.Skipped
                : changes.Length == 0 ? StepStatus.Unchanged
                : plan ? StepStatus.WouldChange : StepStatus.Changed,
            Duration = duration,
            Changes = changes,
            Notes = [.. skipped, .. reply.All("note")],
            Diffs = [.. reply.All("diff")],
            Facts = reply.Facts.Where(f => f.Key is not ("change" or "note" or "diff" or "skipped"))
                .GroupBy(f => f.Key).ToDictionary(g => g.Key, g => g.Last().Value),
            App = context.App,
            Session = context.Session,
            Release = reply.Fact("release") ?? context.Release,
        };
    }

    private static StepFailedException Failure(DeployStep step, StepContext context, ShellReply reply)
    {
        string? errorId = reply.Fact("error.id");
        string message = reply.Fact("error.message") ?? $"{step.Cmdlet} failed on {context.App.Server} (exit status {reply.ExitStatus}).";
        string action = reply.Fact("error.action") ?? $"{step.Cmdlet} {context.App}";
        return new StepFailedException(errorId ?? "StepFailed", message, step.Name, context.App, reply.Tail, action);
    }
}
