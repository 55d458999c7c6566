namespace HostingDeploy;

/// <summary>How a running app shows that it works.</summary>
public sealed class HostingHealth
{
    /// <summary>The path asked for. Default: /up.</summary>
    public string Path { get; init; } = "/up";

    /// <summary>The HTTP status of a good answer. Default: 200.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Seconds a booting app may take until its first good answer. Default: 60.</summary>
    public int TimeoutSeconds { get; init; } = 60;
}
