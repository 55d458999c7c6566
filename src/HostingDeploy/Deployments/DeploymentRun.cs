using System.Diagnostics;

namespace HostingDeploy.Deployments;

using HostingDeploy.Sessions;
using HostingDeploy.Steps;

/// <summary>Takes the steps of a deployment one after the other, and tells how it goes.</summary>
internal sealed class DeploymentRun(HostingApp app, DeploySession session, DeploymentOrder order)
{
    private readonly Deployment _deployment = new(Deployment.NewId(), app, order.Setup);

    /// <summary>What all its steps have in common.</summary>
    private readonly StepContext _context = new(app, session);

    /// <summary>Receives the lines for people.</summary>
    internal required Action<string> Say { get; init; }

    /// <summary>Receives what the server prints.</summary>
    internal required Action<string> OnLine { get; init; }

    /// <summary>Receives what a hook on this machine prints.</summary>
    internal required Action<string> OnLocalLine { get; init; }

    /// <summary>Receives what a person should think about.</summary>
    internal required Action<string> Warn { get; init; }

    /// <summary>Told before each step: the step, its place among all, how many there are.</summary>
    internal required Action<DeployStep, int, int> OnStep { get; init; }

    /// <summary>Runs it to its end; a step that fails ends it with its error.</summary>
    internal async Task<Deployment> RunAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        SessionStatistics before = session.Statistics;

        // What is missing on this side is said before anything on the server is touched.
        _ = _context.Secrets.Value;
        if (order.Plan)
        {
            await PlanAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var owner = new LockOwner(
                _deployment.Id, order.Kind, LockOwner.Me, _deployment.Started.ToUniversalTime(), app.Branch, order.Setup)
            { Resumes = order.Resumes };
            await using ShellLease locked = await DeploymentLock.TakeAsync(_context with { OnWaiting = Wait }, owner, order.WaitForLock, cancellationToken).ConfigureAwait(false);
            await DeploymentLock.WhileAsync(locked, _context, stop => StepsAsync(scratch: null, stop), cancellationToken).ConfigureAwait(false);
            await DeploymentLock.EndAsync(locked, app, _deployment.Id).ConfigureAwait(false);
        }

        _deployment.Duration = clock.Elapsed;
        _deployment.Statistics = session.Statistics.Since(before);
        _deployment.Status = order.Plan ? DeploymentStatus.Planned
            : _deployment.Steps.Any(s => s.Status == StepStatus.Changed) ? DeploymentStatus.Succeeded : DeploymentStatus.Unchanged;
        return _deployment;
    }

    /// <summary>Looks, in a folder on the server that is gone with the plan, and says how long it would take.</summary>
    private async Task PlanAsync(CancellationToken cancellationToken)
    {
        AppState state = await AppState.ReadAsync(app, session, DurationForecast.Deployments, cancellationToken).ConfigureAwait(false);
        await using (ShellLease scratch = await _context.LeaseAsync($"open_scratch {_deployment.Id}", $"drop_scratch {_deployment.Id}", cancellationToken).ConfigureAwait(false))
        {
            await StepsAsync(scratch.Reply.Fact("scratch"), cancellationToken).ConfigureAwait(false);
        }

        _deployment.Expected = DurationForecast.Of(_deployment.Steps, state.Deployments());
        if (_deployment.Expected is { } expected)
        {
            Say($"⏱️ About {Math.Max(1, Math.Round(expected.TotalSeconds))} s, going by the deployments before");
        }
    }

    /// <returns>The release they worked on.</returns>
    private async Task<string?> StepsAsync(string? scratch, CancellationToken cancellationToken)
    {
        IReadOnlyList<DeployStep> steps = order.Steps;
        var hooks = new HookRun(_deployment, order, LockOwner.Me) { Say = Say, OnLocalLine = OnLocalLine };
        string? release = order.Release;
        for (int i = 0; i < steps.Count; i++)
        {
            DeployStep step = steps[i];
            OnStep(step, i, steps.Count);
            StepContext context = _context with
            {
                Release = release,
                Force = order.Force,
                Pending = [.. _deployment.Steps.Where(s => s.Status == StepStatus.WouldChange).Select(s => s.Step)],
                RakeNext = [.. RakeNext(steps, i, hooks)],
                Scratch = scratch,
                UndoFrom = order.UndoFrom,
                DeploymentId = _deployment.Id,
                OnLine = OnLine,
                OnWaiting = Wait,
            };
            await hooks.RunAsync(HookMoment.Before, step.Name, context, null, cancellationToken).ConfigureAwait(false);
            StepStatus? status = null;
            if (order.Takes(step))
            {
                if (step.Heading(app) is { } heading)
                {
                    Say(heading);
                }

                StepResult result = await TakeAsync(step, context, cancellationToken).ConfigureAwait(false);
                status = result.Status;
                release = result.Release ?? release;
                Note(result);
                Tell(step, result);
            }

            await hooks.RunAsync(HookMoment.After, step.Name, context with { Release = release }, status, cancellationToken).ConfigureAwait(false);
        }

        return release;
    }

    private void Wait(string what) => Say($"⏳ Waiting for {what}");

    /// <summary>The steps right after this one that may share its rake: those that run one, up to the first hook in between.</summary>
    private IEnumerable<DeployStepName> RakeNext(IReadOnlyList<DeployStep> steps, int index, HookRun hooks)
    {
        for (int i = index + 1; i < steps.Count; i++)
        {
            bool shares = steps[i].Name is DeployStepName.Migrate or DeployStepName.Assets && order.Takes(steps[i])
                && !hooks.Has(HookMoment.After, steps[i - 1].Name) && !hooks.Has(HookMoment.Before, steps[i].Name);
            if (!shares)
            {
                yield break;
            }

            yield return steps[i].Name;
        }
    }

    private async Task<StepResult> TakeAsync(DeployStep step, StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await StepRunner.RunAsync(step, context, order.Plan, cancellationToken).ConfigureAwait(false);
        }
        catch (DeployException e) when (order.GoOnWith is not null)
        {
            e.RecommendedAction = $"{e.RecommendedAction}\nThen go on with: {order.GoOnWith}";
            throw;
        }
    }

    private void Note(StepResult result)
    {
        _deployment.Add(result);
        _deployment.Release = result.Release ?? _deployment.Release;
        _deployment.Commit = result.Facts.GetValueOrDefault("commit") ?? _deployment.Commit;
        if (result.Facts.GetValueOrDefault("url") is { } url)
        {
            _deployment.Url = new Uri(url);
        }

        if (result.Facts.GetValueOrDefault("undone") is { } undone)
        {
            Warn($"{app}: {undone}.");
        }
    }

    private void Tell(DeployStep step, StepResult result)
    {
        if (order.Plan)
        {
            foreach (string text in result.Changes.Select(c => $"   would {c}").Concat(result.Notes.Select(n => $"   {n}")).Concat(result.Diffs))
            {
                Say(text);
            }
        }
        else if (step.Done(result) is { } done)
        {
            Say(done);
        }
    }
}
