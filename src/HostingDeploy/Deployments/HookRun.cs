using System.Diagnostics;
using System.Globalization;

namespace HostingDeploy.Deployments;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;
using HostingDeploy.Steps;

/// <summary>Runs the hooks of an app around the steps of a deployment, with the manners of a step: lines, output, journal, one error.</summary>
internal sealed class HookRun(Deployment deployment, DeploymentOrder order, string who)
{
    private static readonly TimeSpan s_lastWord = TimeSpan.FromSeconds(2);

    private readonly HostingApp _app = deployment.App;

    /// <summary>Receives the lines for people.</summary>
    internal required Action<string> Say { get; init; }

    /// <summary>Receives what a hook on this machine prints.</summary>
    internal required Action<string> OnLocalLine { get; init; }

    /// <summary>Runs the hooks of this moment; the first that fails ends the deployment.</summary>
    /// <param name="moment">Before or after the step.</param>
    /// <param name="step">The step.</param>
    /// <param name="context">What the step is, or was, run with.</param>
    /// <param name="status">How the step ended; null before it.</param>
    /// <param name="cancellationToken">Stops them.</param>
    internal async Task RunAsync(HookMoment moment, DeployStepName step, StepContext context, StepStatus? status, CancellationToken cancellationToken)
    {
        HostingHook[] hooks = Of(moment, step);
        for (int i = 0; i < hooks.Length; i++)
        {
            HostingHook hook = hooks[i];
            if (!order.Reaches(new DeploymentStage(step, moment, i)))
            {
                continue;
            }

            Say($"🪝 {hook}");
            if (order.Plan)
            {
                Say($"   would run on {Place(hook)}{(hook.On == HookPlace.Local ? string.Empty : $" as {(hook.As == HookUser.Root ? "root" : _app.User)}")}");
                continue;
            }

            var clock = Stopwatch.StartNew();
            var run = new OneHook(hook, i, context, status);
            IReadOnlyList<string> output = hook.On == HookPlace.Local
                ? await RunLocallyAsync(run, cancellationToken).ConfigureAwait(false)
                : await RunOnServerAsync(run, cancellationToken).ConfigureAwait(false);
            deployment.Add(new HookResult { Hook = hook, Duration = clock.Elapsed, Output = output });
            Say(string.Create(CultureInfo.InvariantCulture, $"✅ Hook done ({clock.Elapsed.TotalSeconds:0.0} s)"));
        }
    }

    /// <summary>Whether there is one at this moment.</summary>
    internal bool Has(HookMoment moment, DeployStepName step) => Of(moment, step).Length > 0;

    private HostingHook[] Of(HookMoment moment, DeployStepName step) =>
        order.SkipHooks ? [] : [.. _app.Hooks.Where(h => h.Moment == moment && h.Step == step)];

    private string Place(HostingHook hook) => hook.On == HookPlace.Local ? Environment.MachineName : _app.Server.Name;

    private async Task<IReadOnlyList<string>> RunOnServerAsync(OneHook run, CancellationToken cancellationToken)
    {
        RemoteScript script = Script("hook", run)
            .With("HOOK_AS", run.Hook.As == HookUser.Root ? "root" : null)
            .With("HOOK_TIMEOUT", run.Hook.TimeoutSeconds?.ToString(CultureInfo.InvariantCulture))
            .WithLines("HOOK_ENVIRONMENT", Variables(run).Select(v => $"{v.Key}={v.Value}"));
        ShellReply reply = await run.Context.RunAsync(script, cancellationToken).ConfigureAwait(false);
        return reply.ExitStatus == 0 ? reply.Tail
            : throw Failure(run, reply.Fact("error.id"), reply.Fact("error.message") ?? $"it ended with exit status {reply.ExitStatus}.", reply.Tail);
    }

    /// <summary>The server is told before and after: it knows the release, and keeps the journal.</summary>
    private async Task<IReadOnlyList<string>> RunLocallyAsync(OneHook run, CancellationToken cancellationToken)
    {
        ShellReply begin = await run.Context.RunAsync(Script("localhook", run).With("BEGAN", null), cancellationToken).ConfigureAwait(false);
        if (begin.ExitStatus != 0)
        {
            throw Failure(run, begin.Fact("error.id"), begin.Fact("error.message") ?? "the server did not take note of it.", begin.Tail);
        }

        var variables = Variables(run).Concat([new("HOSTING_RELEASE", begin.Fact("release") ?? string.Empty), new("HOSTING_COMMIT", begin.Fact("commit") ?? string.Empty)]);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (run.Hook.TimeoutSeconds is { } seconds)
        {
            timeout.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        string? failure = "it was stopped.";
        string[] output = [];
        Redactor redactor = run.Context.Redactor.Value;
        try
        {
            (int status, IReadOnlyList<string> tail) = await LocalCommand.RunAsync(
                run.Hook.Run, _app.HostingFolder, variables, line => OnLocalLine(redactor.Strike(line)), timeout.Token).ConfigureAwait(false);
            output = [.. tail.Select(redactor.Strike)];
            failure = status == 0 ? null : $"it ended with exit status {status}.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            failure = $"it did not end within {run.Hook.TimeoutSeconds} s.";
        }
        catch (OutputRefusedException e)
        {
            failure = $"what it printed could not be taken on this machine, so it was ended: {e.Message}";
        }
        finally
        {
            await TellEndAsync(run, begin, failure, cancellationToken).ConfigureAwait(false);
        }

        return failure is null ? output : throw Failure(run, null, failure, output);
    }

    /// <summary>Also when a person gave it up: the next -Resume begins with it. Nobody waits for that longer than a moment.</summary>
    private static async Task TellEndAsync(OneHook run, ShellReply begin, string? failure, CancellationToken givenUp)
    {
        using var patience = new CancellationTokenSource();
        using CancellationTokenRegistration hurry = givenUp.Register(() => patience.CancelAfter(s_lastWord));
        try
        {
            await run.Context.RunAsync(Script("localhook", run).With("BEGAN", begin.Fact("began")).With("FAILURE", failure), patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (givenUp.IsCancellationRequested)
        {
            // Without an end in the journal, it is taken for what was interrupted all the same.
        }
    }

    private static RemoteScript Script(string name, OneHook run) => run.Context.Script(name, plan: false)
        .With("HOOK_MOMENT", run.Hook.Moment == HookMoment.Before ? "before" : "after")
        .With("HOOK_INDEX", run.Index.ToString(CultureInfo.InvariantCulture))
        .With("HOOK_RUN", run.Hook.Run)

        // Before the clone has made the release of this deployment there is none to be in.
        .With("HOOK_IN_RELEASE", run.Hook.Step > DeployStepName.Clone || run.Hook is { Step: DeployStepName.Clone, Moment: HookMoment.After } ? "1" : null)
        .Before($"journal_step {run.Hook.Step}");

    /// <summary>What every hook is told; release and commit the server adds.</summary>
    private Dictionary<string, string> Variables(OneHook run) => new()
    {
        ["HOSTING_APP"] = _app.Name,
        ["HOSTING_SERVER"] = _app.Server.Name,
        ["HOSTING_DOMAIN"] = _app.Domain,
        ["HOSTING_BRANCH"] = _app.Branch,
        ["HOSTING_DEPLOYMENT"] = deployment.Id,
        ["HOSTING_KIND"] = order.Kind,
        ["HOSTING_WHO"] = who,
        ["HOSTING_STEP"] = run.Hook.Step.ToString(),
        ["HOSTING_STATUS"] = run.Status?.ToString() ?? string.Empty,
    };

    private HookFailedException Failure(OneHook run, string? errorId, string message, IReadOnlyList<string> output) =>
        new(errorId ?? "HookFailed", message, run.Hook, _app, Place(run.Hook), output, GoOn(run.Hook));

    private string GoOn(HostingHook hook) => order.Kind == "deploy"
        ? $"Mend what it complains about, or the hook in hosting.yml.\nThen go on with: Invoke-AppDeployment {_app} -Resume"
        : hook is { Step: DeployStepName.Start, Moment: HookMoment.Before }
            ? $"Nothing was touched. Mend it and run Undo-AppDeployment {_app} again, or Undo-AppDeployment {_app} -SkipHooks"
            : $"{_app} is back on the earlier release already. Run the hook's command by hand.";

    /// <summary>A hook as it is about to run.</summary>
    private sealed record OneHook(HostingHook Hook, int Index, StepContext Context, StepStatus? Status);
}
