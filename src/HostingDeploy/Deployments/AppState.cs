using System.Globalization;
using System.Management.Automation;

namespace HostingDeploy.Deployments;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;
using HostingDeploy.Steps;

/// <summary>What the server knows of an app: releases, journal, lock; read in one round trip.</summary>
internal sealed class AppState
{
    private const int LinesPerDeployment = 18; // a beginning, an end, the steps, some to spare
    private const int LinesToSpare = 100; // for hooks that hosting.yml had and has no more

    private readonly HostingApp _app;
    private readonly DeploySession _session;
    private readonly ShellReply _reply;

    internal AppState(HostingApp app, DeploySession session, ShellReply reply)
    {
        _app = app;
        _session = session;
        _reply = reply;
    }

    /// <summary>The release that serves, or null.</summary>
    internal string? Live => NullIfEmpty(_reply.Fact("live"));

    /// <summary>The release a rollback would go to, or null.</summary>
    internal string? Previous => NullIfEmpty(_reply.Fact("previous"));

    /// <summary>The release a deployment left unfinished, or null.</summary>
    internal string? Candidate => NullIfEmpty(_reply.Fact("candidate"));

    /// <summary>Who holds the deployment lock, or null.</summary>
    internal LockOwner? Holder => LockOwner.Parse(_reply.Fact("owner"));

    /// <summary>All releases, newest first.</summary>
    internal IReadOnlyList<AppRelease> Releases => [.. _reply.All("release").Select(ReadRelease)];

    /// <summary>Reads it.</summary>
    /// <param name="app">The app.</param>
    /// <param name="session">The session to its server.</param>
    /// <param name="deployments">How many deployments of the journal are wanted.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    internal static async Task<AppState> ReadAsync(HostingApp app, DeploySession session, int deployments, CancellationToken cancellationToken)
    {
        var context = new StepContext(app, session);
        RemoteScript script = context.Script("state", plan: false)
            .With("JOURNAL_LINES", ((deployments * (LinesPerDeployment + app.Hooks.Count)) + LinesToSpare).ToString(CultureInfo.InvariantCulture));
        ShellReply reply = await context.RunAsync(script, cancellationToken).ConfigureAwait(false);
        return reply.ExitStatus == 0
            ? new AppState(app, session, reply)
            : throw new DeployException("StateNotRead", ErrorCategory.ReadError, $"The state of {app} on {session} could not be read: {string.Join(' ', reply.Tail)}", app);
    }

    /// <summary>The deployments of the journal, newest first.</summary>
    internal IEnumerable<DeploymentRecord> Deployments()
    {
        string? running = Holder?.Deployment;
        ILookup<string, JournalEntry> entries = (_reply.Fact("journal") ?? string.Empty).Split('\n').Select(JournalEntry.Parse).OfType<JournalEntry>()
            .ToLookup(e => e.Deployment!);

        // The oldest may have lost its beginning to the cut; it is told only when whole.
        return entries.Reverse().Where(d => d.First().IsBeginning).Select(d => Record([.. d], d.Key == running));
    }

    private DeploymentRecord Record(JournalEntry[] entries, bool running)
    {
        JournalEntry begin = entries[0];
        StepRecord[] steps = [.. entries.Where(e => e.IsStep).Select(ReadStep)];
        DateTimeOffset started = begin.Since!.Value;
        double last = entries.Where(e => e.IsStep).Select(e => e.Ended!.Value).DefaultIfEmpty(0).Max();
        return new DeploymentRecord
        {
            Id = begin.Deployment!,
            Kind = begin.Kind!,
            App = _app,
            Who = begin.Who!,
            Branch = begin.Branch!,
            Setup = begin.Setup!.Value,
            Started = started.ToLocalTime(),
            Duration = last > 0 ? DateTimeOffset.UnixEpoch.AddSeconds(last) - started : TimeSpan.Zero,
            Status = running ? DeploymentOutcome.Running
                : steps.LastOrDefault()?.Status == "Failed" ? DeploymentOutcome.Failed
                : entries.Any(e => e.End) ? DeploymentOutcome.Succeeded : DeploymentOutcome.Interrupted,
            Release = entries.Select(e => NullIfEmpty(e.Release)).LastOrDefault(v => v is not null),
            Commit = entries.Select(e => NullIfEmpty(e.Commit)).LastOrDefault(v => v is not null),
            Steps = steps,
        };
    }

    private static StepRecord ReadStep(JournalEntry entry) => new(
        Enum.Parse<DeployStepName>(entry.Step!),
        CultureInfo.InvariantCulture.TextInfo.ToTitleCase(entry.Status!),
        TimeSpan.FromSeconds(entry.Ended!.Value - entry.Began!.Value),
        entry.Changes!,
        NullIfEmpty(entry.Error),
        NullIfEmpty(entry.Message))
    {
        Hook = entry.Hook is null ? null : Enum.Parse<HookMoment>(entry.Hook, ignoreCase: true),
        HookIndex = entry.Index,
        Run = entry.Run,
    };

    private AppRelease ReadRelease(string text)
    {
        string[] fields = text.Split('|');
        return new AppRelease
        {
            State = Enum.Parse<ReleaseState>(fields[0]),
            Release = fields[1],
            Commit = fields[2],
            Branch = fields[3],
            LiveSince = DateTimeOffset.TryParse(fields[4], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset since) ? since.ToLocalTime() : null,
            App = _app,
            Session = _session,
        };
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
