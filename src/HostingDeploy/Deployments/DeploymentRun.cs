using System.Diagnostics;

namespace HostingDeploy.Deployments;

using HostingDeploy.Sessions;
using HostingDeploy.Steps;

/// <summary>Takes the steps of a deployment one after the other, and tells how it goes.</summary>
internal sealed class DeploymentRun(HostingApp app, DeploySession session, DeploymentOrder order)
{
    private readonly Deployment _deployment = new(Deployment.NewId(), app, order.Setup);

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
        int before = session.Statistics.RoundTrips;

        // What is missing on this side is said before anything on the server is touched.
        var secrets = new Lazy<AppSecrets>(() => AppSecrets.Load(app));
        _ = secrets.Value;
        if (order.Plan)
        {
            await StepsAsync(secrets, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var owner = new LockOwner(
                _deployment.Id, order.Kind, LockOwner.Me, _deployment.Started.ToUniversalTime(), app.Branch, order.Setup);
            await using ShellHold held = await DeploymentLock.TakeAsync(app, owner, session, order.WaitForLock, cancellationToken).ConfigureAwait(false);
            await StepsAsync(secrets, cancellationToken).ConfigureAwait(false);
            held.CameToItsEnd(_deployment.Id);
        }

        _deployment.Duration = clock.Elapsed;
        _deployment.RoundTrips = session.Statistics.RoundTrips - before;
        _deployment.Status = order.Plan ? DeploymentStatus.Planned
            : _deployment.Steps.Any(s => s.Status == StepStatus.Changed) ? DeploymentStatus.Succeeded : DeploymentStatus.Unchanged;
        return _deployment;
    }

    private async Task StepsAsync(Lazy<AppSecrets> secrets, CancellationToken cancellationToken)
    {
        IReadOnlyList<DeployStep> steps = order.Steps;
        var hooks = new HookRun(_deployment, order, LockOwner.Me) { Say = Say, OnLine = OnLine, OnLocalLine = OnLocalLine };
        string? release = order.Release;
        for (int i = 0; i < steps.Count; i++)
        {
            DeployStep step = steps[i];
            OnStep(step, i, steps.Count);
            var context = new StepContext(app, session)
            {
                Release = release,
                Force = order.Force,
                NginxPending = _deployment.Steps.Any(s => s is { Step: DeployStepName.Site or DeployStepName.Certificate, Status: StepStatus.WouldChange }),
                UndoFrom = order.UndoFrom,
                DeploymentId = _deployment.Id,
                Secrets = secrets,
                OnLine = OnLine,
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
            foreach (string text in result.Changes.Select(c => $"   would {c}").Concat(result.Diffs))
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
