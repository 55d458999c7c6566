namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 1: the app's folders and its system user.</summary>
internal sealed class DirectoryStep : DeployStep
{
    private static readonly string[] s_tools =
        ["git", "ssh", "tar", "base64", "curl", "openssl", "diff", "pgrep", "perl", "runuser", "systemd-run", "nginx", "certbot", "ruby", "bundle"];

    internal override DeployStepName Name => DeployStepName.Directory;

    internal override string Cmdlet => "New-AppDirectory";

    internal override string Action => "Create folders and system user";

    protected override string Script => "directory";

    internal override string Target(HostingApp app) => $"{ServerPaths.Root(app)} on {app.Server}";

    internal override string Heading(HostingApp app) => $"📁 Step 1: Creating remote directory {ServerPaths.Root(app)}";

    internal override string? Done(StepResult result) => null;

    protected override void Add(RemoteScript script, StepContext context) => script
        .WithLines("REQUIRED_TOOLS", s_tools)
        .With("RUBY_PATH", context.App.RubyPath)
        .With("USER_NAMED", context.App.NamesUser ? "1" : null)
        .WithLines("SHARED_FOLDERS", context.App.SharedFolders);
}
