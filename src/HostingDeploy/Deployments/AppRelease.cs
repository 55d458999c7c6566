namespace HostingDeploy;

/// <summary>What has become of a release.</summary>
public enum ReleaseState
{
    /// <summary>It serves.</summary>
    Live,

    /// <summary>It served once; a rollback can go back to it.</summary>
    Good,

    /// <summary>A deployment is building it, or left it unfinished.</summary>
    Candidate,

    /// <summary>Its Puma did not become healthy, or it was rolled back from.</summary>
    Failed,
}

/// <summary>One built copy of the code on the server.</summary>
public sealed class AppRelease
{
    /// <summary>Its name: when it was made (UTC) and the commit.</summary>
    public required string Release { get; init; }

    /// <summary>The commit.</summary>
    public required string Commit { get; init; }

    /// <summary>The branch it was taken from.</summary>
    public required string Branch { get; init; }

    /// <summary>What has become of it.</summary>
    public required ReleaseState State { get; init; }

    /// <summary>When it last went live; null if it never did.</summary>
    public required DateTimeOffset? LiveSince { get; init; }

    /// <summary>The app.</summary>
    public required HostingApp App { get; init; }

    /// <summary>The session it was read through.</summary>
    public required DeploySession Session { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Release;
}
