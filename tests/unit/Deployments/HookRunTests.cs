using System.Diagnostics;
using HostingDeploy.Deployments;
using HostingDeploy.Sessions;
using HostingDeploy.Tests.Steps;
using Xunit;

namespace HostingDeploy.Tests.Deployments;

/// <summary>Hooks on this machine, of whose end the server is told.</summary>
public sealed class HookRunTests
{
    [Fact]
    public async Task Giving_one_up_does_not_wait_for_a_server_that_has_no_shell_free()
    {
        HostingApp app = Apps.Cigar with { Hooks = [new HostingHook { Moment = HookMoment.After, Step = DeployStepName.Verify, Run = "sleep 60", On = HookPlace.Local }] };
        using var giveUp = new CancellationTokenSource();
        int asked = 0;
        var remote = new FakeRemote
        {
            Answer = (_, _) =>
            {
                if (++asked > 1)
                {
                    return new TaskCompletionSource<ShellReply>().Task;
                }

                giveUp.CancelAfter(200);
                return Task.FromResult(Apps.Reply(0));
            },
        };
        var hooks = new HookRun(new Deployment("d1", app, false), new DeploymentOrder(), "me@here") { Say = _ => { }, OnLocalLine = _ => { } };
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hooks.RunAsync(
            HookMoment.After, DeployStepName.Verify, Apps.Context(app) with { Remote = remote }, StepStatus.Unchanged, giveUp.Token));
        Assert.Equal(2, asked);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }
}
