using HostingDeploy.Sessions;
using HostingDeploy.Tests.Sessions;
using HostingDeploy.Tests.Steps;

namespace HostingDeploy.Tests.Deployments;

/// <summary>A server that answers as a test tells it to.</summary>
internal sealed class FakeRemote : IRemote
{
    internal bool IsGone { get; set; }

    /// <summary>The shell in which it holds what is leased.</summary>
    internal FakeShell Shell { get; } = new(1);

    /// <summary>What it answers to a lease.</summary>
    internal Func<ShellReply> Take { get; set; } = () => Apps.Reply(0);

    /// <summary>What it answers to a step.</summary>
    internal Func<string, CancellationToken, Task<ShellReply>> Answer { get; set; } = (_, _) => Task.FromResult(Apps.Reply(0));

    public void ThrowIfGone()
    {
        if (IsGone)
        {
            throw new DeployException("ConnectionLost", System.Management.Automation.ErrorCategory.ConnectionError, "The connection to web1 was lost.", "web1");
        }
    }

    public Task<ShellReply> RunAsync(RemoteRequest request, CancellationToken cancellationToken) => Answer(request.Script, cancellationToken).WaitAsync(cancellationToken);

    public Task<ShellLease> LeaseAsync(string take, string release, CancellationToken cancellationToken) =>
        Task.FromResult(new ShellLease(Shell, release, Take(), cancellationToken));
}
