using System.Management.Automation;

namespace HostingDeploy.Sessions.Identity;

/// <summary>The refusal of a key that nothing is known about: the only one that a person can lift, for this key of this server.</summary>
internal sealed class HostKeyUnknownException(string server, string fingerprint, bool mayAsk, string message, string recommendedAction)
    : DeployException("HostKeyUnknown", ErrorCategory.SecurityError, message, server, recommendedAction)
{
    /// <summary>What the person called the server.</summary>
    public string Server { get; } = server;

    /// <summary>The key it presented.</summary>
    public string Fingerprint { get; } = fingerprint;

    /// <summary>Whether a person may be asked about it.</summary>
    public bool MayAsk { get; } = mayAsk;
}

/// <summary>An unknown key that a person has looked at and accepted, for one server.</summary>
/// <param name="Server">What the person called the server.</param>
/// <param name="Fingerprint">The key.</param>
internal sealed record AcceptedHostKey(string Server, string Fingerprint);
