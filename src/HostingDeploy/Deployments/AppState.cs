using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using System.Text.Json.Nodes;

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

    private AppState(HostingApp app, DeploySession session, ShellReply reply)
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
        ShellReply reply = await new StepContext(app, session).Script("state", plan: false)
            .With("JOURNAL_LINES", ((deployments * (LinesPerDeployment + app.Hooks.Count)) + LinesToSpare).ToString(CultureInfo.InvariantCulture))
            .RunAsync(session, null, cancellationToken).ConfigureAwait(false);
        return reply.ExitStatus == 0
            ? new AppState(app, session, reply)
            : throw new DeployException("StateNotRead", ErrorCategory.ReadError, $"The state of {app} on {session} could not be read: {string.Join(' ', reply.Tail)}", app);
    }

    /// <summary>The deployments of the journal, newest first.</summary>
    internal IEnumerable<DeploymentRecord> Deployments()
    {
        string? running = Holder?.Deployment;
        var groups = new Dictionary<string, List<JsonObject>>();
        var order = new List<string>();
        foreach (string line in (_reply.Fact("journal") ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Parse(line) is { } entry && entry["deployment"]?.GetValue<string>() is { } id)
            {
                if (!groups.TryGetValue(id, out List<JsonObject>? group))
                {
                    groups[id] = group = [];
                    order.Add(id);
                }

                group.Add(entry);
            }
        }

        // The oldest may have lost its beginning to the cut; it is told only when whole.
        return order.AsEnumerable().Reverse().Where(id => groups[id][0].ContainsKey("who")).Select(id => Record(groups[id], id == running));
    }

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null; // a line that a full disk cut short
        }
    }

    private DeploymentRecord Record(List<JsonObject> entries, bool running)
    {
        JsonObject begin = entries[0];
        StepRecord[] steps = [.. entries.Where(e => e.ContainsKey("step")).Select(ReadStep)];
        var started = begin["since"]!.GetValue<DateTimeOffset>();
        double last = entries.Where(e => e.ContainsKey("ended")).Select(e => e["ended"]!.GetValue<double>()).DefaultIfEmpty(0).Max();
        bool ended = entries.Any(e => e.ContainsKey("end"));
        return new DeploymentRecord
        {
            Id = begin["deployment"]!.GetValue<string>(),
            Kind = begin["kind"]!.GetValue<string>(),
            App = _app,
            Who = begin["who"]!.GetValue<string>(),
            Branch = begin["branch"]!.GetValue<string>(),
            Setup = begin["setup"]!.GetValue<bool>(),
            Started = started.ToLocalTime(),
            Duration = last > 0 ? DateTimeOffset.UnixEpoch.AddSeconds(last) - started : TimeSpan.Zero,
            Status = running ? DeploymentOutcome.Running
                : steps.LastOrDefault()?.Status == "Failed" ? DeploymentOutcome.Failed
                : ended ? DeploymentOutcome.Succeeded : DeploymentOutcome.Interrupted,
            Release = Last("release"),
            Commit = Last("commit"),
            Steps = steps,
        };

        string? Last(string name) => entries.Select(e => NullIfEmpty(e[name]?.GetValue<string>())).LastOrDefault(v => v is not null);
    }

    private static StepRecord ReadStep(JsonObject entry) => new(
        Enum.Parse<DeployStepName>(entry["step"]!.GetValue<string>()),
        CultureInfo.InvariantCulture.TextInfo.ToTitleCase(entry["status"]!.GetValue<string>()),
        TimeSpan.FromSeconds(entry["ended"]!.GetValue<double>() - entry["began"]!.GetValue<double>()),
        [.. entry["changes"]!.AsArray().Select(c => c!.GetValue<string>())],
        NullIfEmpty(entry["error"]?.GetValue<string>()),
        NullIfEmpty(entry["message"]?.GetValue<string>()))
    {
        Hook = entry["hook"] is { } moment ? Enum.Parse<HookMoment>(moment.GetValue<string>(), ignoreCase: true) : null,
        HookIndex = entry["index"]?.GetValue<int>() ?? 0,
        Run = entry["run"]?.GetValue<string>(),
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
