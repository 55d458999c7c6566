using System.Management.Automation;

namespace HostingDeploy;

/// <summary>A hook that failed: which, where, what it said last, and the line that goes on from there.</summary>
public sealed class HookFailedException : DeployException
{
    private const int ShownLines = 15;

    internal HookFailedException(string errorId, string message, HostingHook hook, HostingApp app, string place, IReadOnlyList<string> output, string action)
        : base(errorId, ErrorCategory.InvalidResult, Compose(message, hook, app, place, output), $"{place}: hook {Moment(hook)} {hook.Step} of {app}", action)
    {
        Hook = hook;
        Step = hook.Step;
        App = app.Name;
        Server = app.Server.Name;
        Output = output;
    }

    /// <summary>The hook.</summary>
    public HostingHook Hook { get; }

    /// <summary>The step it belongs to.</summary>
    public DeployStepName Step { get; }

    /// <summary>The app's name.</summary>
    public string App { get; }

    /// <summary>The server's name, also for a hook that ran on this machine.</summary>
    public string Server { get; }

    /// <summary>The last lines the hook printed.</summary>
    public IReadOnlyList<string> Output { get; }

    private static string Compose(string message, HostingHook hook, HostingApp app, string place, IReadOnlyList<string> output)
    {
        string head = $"The hook {Moment(hook)} {hook.Step} of {app} failed on {place}: {message}\nIts command: {hook.Run.Trim().ReplaceLineEndings("\n  ")}";
        string[] shown = [.. output.Where(line => line.Length > 0).TakeLast(ShownLines)];
        return shown.Length == 0 ? head : $"{head}\nLast lines from {place}:\n  {string.Join("\n  ", shown)}";
    }

    private static string Moment(HostingHook hook) => hook.Moment == HookMoment.Before ? "before" : "after";
}
