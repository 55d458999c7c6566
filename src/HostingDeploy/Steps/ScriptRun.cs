using System.Diagnostics;

namespace HostingDeploy.Steps;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;

/// <summary>Runs a script that is no step of a deployment, with the same manners: facts, changes, errors that name the next action.</summary>
internal static class ScriptRun
{
    /// <summary>Runs it and reads what it changed (or, as a plan, would change).</summary>
    internal static async Task<ShellReply> RunAsync(
        StepContext context, string script, bool plan, Func<RemoteScript, RemoteScript> parameters, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        ShellReply reply = await context.RunAsync(parameters(context.Script(script, plan)).Before("CHANGES=()"), cancellationToken).ConfigureAwait(false);
        return reply.ExitStatus == 0 ? reply : throw new DeployException(
            reply.Fact("error.id") ?? "ScriptFailed",
            System.Management.Automation.ErrorCategory.InvalidResult,
            $"{context.App} on {context.App.Server}: {reply.Fact("error.message") ?? $"the script failed after {clock.Elapsed.TotalSeconds:0.0} s (exit status {reply.ExitStatus}): {string.Join("\n  ", reply.Tail.TakeLast(10))}"}",
            context.App,
            reply.Fact("error.action"));
    }
}
