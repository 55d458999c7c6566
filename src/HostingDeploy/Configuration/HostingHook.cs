namespace HostingDeploy;

/// <summary>A command of hosting.yml that a deployment runs before or after a step.</summary>
public sealed class HostingHook
{
    /// <summary>Before or after the step.</summary>
    public required HookMoment Moment { get; init; }

    /// <summary>The step.</summary>
    public required DeployStepName Step { get; init; }

    /// <summary>The command, as the shell takes it: bash on the server; sh on this machine, or cmd on Windows.</summary>
    public required string Run { get; init; }

    /// <summary>Where it runs. Default: the server.</summary>
    public HookPlace On { get; init; } = HookPlace.Server;

    /// <summary>Whom it runs as on the server. Default: the app's user, in the environment of the app's service.</summary>
    public HookUser As { get; init; } = HookUser.App;

    /// <summary>Seconds after which it is ended and has failed; null lets it take as long as it takes.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Its moment and the first line of its command.</summary>
    public override string ToString() => $"{Moment} {Step}: {Run.Trim().Split('\n')[0].TrimEnd()}{(Run.Trim().Contains('\n', StringComparison.Ordinal) ? " …" : string.Empty)}";
}
