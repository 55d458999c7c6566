using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Brings the newest commit of the branch to the server, through SSH, and exports it as a release.</summary>
/// <remarks>A bare mirror is cloned, or updated where it is; git runs as the app's user with the app's read-only deploy key and pinned host keys. When the newest commit is already live, or already exported, nothing happens. Without deployKey in hosting.yml the server makes a key of its own, and the error tells it so that it can be added to the repository.</remarks>
/// <example>
/// <code>Invoke-RemoteGitClone cigar -Branch hotfix</code>
/// <para>Exports the newest commit of the branch hotfix; the running app is not touched.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "RemoteGitClone", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class InvokeRemoteGitCloneCommand : StepCommand
{
    /// <summary>The branch to take instead of the one in hosting.yml.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    private protected override HostingApp Adjust(HostingApp app) => Branch is null ? app : app.WithBranch(Branch);

    private protected override DeployStep Step { get; } = new CloneStep();
}
