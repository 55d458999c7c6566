namespace HostingDeploy.Steps;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;

/// <summary>What a step is run with.</summary>
/// <param name="App">The app.</param>
/// <param name="Session">The server.</param>
internal sealed record StepContext(HostingApp App, DeploySession Session)
{
    /// <summary>The release to work on; null takes the one being built, else the live one.</summary>
    internal string? Release { get; init; }

    /// <summary>Do it even where nothing changed.</summary>
    internal bool Force { get; init; }

    /// <summary>The live release that this goes back from; null when it does not go back.</summary>
    internal string? UndoFrom { get; init; }

    /// <summary>In a deployment's plan: the earlier steps that would change something.</summary>
    internal IReadOnlyList<DeployStepName> Pending { get; init; } = [];

    /// <summary>In a deployment: the steps right after this one that can share its rake.</summary>
    internal IReadOnlyList<DeployStepName> RakeNext { get; init; } = [];

    /// <summary>In a deployment's plan: the folder on the server where it keeps what it has to look at; null otherwise.</summary>
    internal string? Scratch { get; init; }

    /// <summary>A name the log of this run goes by; null outside a deployment.</summary>
    internal string? DeploymentId { get; init; }

    /// <summary>Receives the remote output line by line.</summary>
    internal Action<string>? OnLine { get; init; }

    /// <summary>Told what the step waits for while another has it.</summary>
    internal Action<string>? OnWaiting { get; init; }

    /// <summary>The server's end of the session: steps and leases.</summary>
    internal IRemote Remote { get; init; } = Session;

    /// <summary>The app's secrets, read at most once a run and only by the steps that need them.</summary>
    internal Lazy<AppSecrets> Secrets { get; init; } = new(() => AppSecrets.Load(App));

    /// <summary>Strikes out what may not be shown, as far as this machine knows it; read at most once a run.</summary>
    internal Lazy<Redactor> Redactor { get; init; } = new(() => AppSecrets.RedactorOf(App));

    /// <summary>
    /// Runs a script of this app's: what the server says about the app is heard without the app's secrets. The one way to run
    /// one, so that nobody has to think of it.
    /// </summary>
    internal async Task<ShellReply> RunAsync(RemoteScript script, CancellationToken cancellationToken)
    {
        var request = new RemoteRequest(script.Text) { Output = OnLine is null && OnWaiting is null ? null : new StepOutput(this) };
        return Redactor.Value.Strike(await Remote.RunAsync(request, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The same for what a shell of the session is to hold.</summary>
    internal async Task<ShellLease> LeaseAsync(string take, string release, CancellationToken cancellationToken)
    {
        // What can fail comes first: nobody would let go of what is held by then.
        Redactor redactor = Redactor.Value;
        ShellLease lease = await Remote.LeaseAsync(take, release, cancellationToken).ConfigureAwait(false);
        lease.Reply = redactor.Strike(lease.Reply);
        return lease;
    }

    /// <summary>A script with the parameters every step knows.</summary>
    internal RemoteScript Script(string name, bool plan) => new RemoteScript(name)
        .With("PLAN", plan ? "1" : null)
        .With("FORCE", Force ? "1" : null)
        .With("DEPLOYMENT", DeploymentId)
        .With("PENDING", string.Join(' ', Pending))
        .With("SCRATCH", Scratch)
        .With("APP", App.Name)
        .With("APP_USER", App.User)
        .With("BUILD_USER", ServerPaths.BuildUser(App))
        .With("APP_ROOT", ServerPaths.Root(App))
        .With("CONF", ServerPaths.Configuration(App))
        .With("STATE", ServerPaths.State(App))
        .With("SUBFOLDER", App.SubFolder)
        .With("RELEASE", Release)
        .With("DOMAIN", App.Domain)
        .With("DB_HOST", App.Database.Host)
        .With("DB_USER", App.Database.User)
        .With("DB_NAME", App.Database.Name)
        .With("DB_LITERAL", Quote.SqlLiteral(App.Database.Name))
        .With("DB_IDENTIFIER", Quote.SqlIdentifier(App.Database.Name))
        .With("ROLE_LITERAL", Quote.SqlLiteral(App.Database.User))
        .With("ROLE_IDENTIFIER", Quote.SqlIdentifier(App.Database.User));
}
