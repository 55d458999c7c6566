namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 3: the repository, over SSH only, and the release of its branch's newest commit.</summary>
internal sealed class CloneStep : DeployStep
{
    /// <summary>The ed25519 host keys the large Git hosts publish (docs.github.com and docs.gitlab.com, "SSH key fingerprints").</summary>
    private static readonly string[] s_knownGitHosts =
    [
        "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        "gitlab.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf",
    ];

    internal override DeployStepName Name => DeployStepName.Clone;

    internal override string Cmdlet => "Invoke-RemoteGitClone";

    internal override string Action => "Fetch and export as a release";

    protected override string Script => "clone";

    internal override string Target(HostingApp app) => $"branch {app.Branch} of {app.Repository} on {app.Server}";

    internal override string Heading(HostingApp app) => "📦 Step 3: Cloning repository via SSH";

    internal override string Done(StepResult result) => result switch
    {
        { Status: StepStatus.Unchanged } => $"✅ Repository up to date ({Short(result)})",
        _ when result.Facts.ContainsKey("previous") => $"✅ Repository updated ({Short(result)})",
        _ => "✅ Repository cloned",
    };

    protected override void Add(RemoteScript script, StepContext context) => script
        .With("REPOSITORY", context.App.Repository)
        .With("BRANCH", context.App.Branch)
        .With("DEPLOY_KEY", ReadKey(context.App))
        .With("GIT_KNOWN_HOSTS", string.Join('\n', context.App.GitHostKeys.Concat(s_knownGitHosts)) + "\n")
        .WithLines("SHARED_FOLDERS", context.App.SharedFolders);

    private static string Short(StepResult result) => result.Facts.GetValueOrDefault("commit", "unknown")[..7];

    private static string? ReadKey(HostingApp app)
    {
        if (app.DeployKey is null)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(app.DeployKey).ReplaceLineEndings("\n");
        }
        catch (IOException e)
        {
            throw new DeployException(
                "DeployKeyMissing", System.Management.Automation.ErrorCategory.ObjectNotFound, $"The deploy key {app.DeployKey} cannot be read: {e.Message}",
                app, "Correct deployKey in hosting.yml, or leave it out: the server then makes a key of its own.", e);
        }
    }
}
