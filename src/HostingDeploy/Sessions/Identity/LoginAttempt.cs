namespace HostingDeploy.Sessions.Identity;

/// <summary>How far a login that failed has got.</summary>
internal sealed record LoginAttempt
{
    /// <summary>The methods in which something was sent to the server.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>The keys there were.</summary>
    public required IReadOnlyList<TriedIdentity> Identities { get; init; }

    /// <summary>Whether the server accepted a key and wants a second proof.</summary>
    public required bool KeyIsNotEnough { get; init; }

    /// <summary>Whether the server would have taken a password, and there was none.</summary>
    public required bool PasswordIsMissing { get; init; }

    /// <summary>What was looked for and cannot be used.</summary>
    public required IReadOnlyList<string> LookedFor { get; init; }
}

/// <summary>A key that a login was tried with, and why it did not get as far as the server's answer.</summary>
/// <param name="Description">What it is called.</param>
/// <param name="Failure">Why it could not be used.</param>
/// <param name="IsWanted">Whether the server would have let it in.</param>
internal sealed record TriedIdentity(string Description, DeployException? Failure, bool IsWanted);
