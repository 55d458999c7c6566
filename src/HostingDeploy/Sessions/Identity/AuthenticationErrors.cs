using System.Globalization;
using System.Management.Automation;
using Renci.SshNet.Common;

namespace HostingDeploy.Sessions.Identity;

/// <summary>What to say when a login cannot be tried or does not succeed.</summary>
internal static class AuthenticationErrors
{
    private const string TooManyAttempts = "Too many authentication failures";
    private const string LastMethodRefused = "Permission denied (";
    private const string OtherMethodWanted = "No suitable authentication method";

    public static DeployException NothingToTry(SshHostSettings settings, IReadOnlyList<string> lookedFor) => new(
        "NoAuthenticationMethod",
        ErrorCategory.AuthenticationError,
        $"There is nothing to log in to '{settings.Host}' as '{settings.User}' with. Looked for: {string.Join("; ", lookedFor)}.",
        settings.Host,
        "Add a key to the SSH agent (ssh-add), name a private key file, give -Credential, or make a key with: ssh-keygen -t ed25519");

    /// <summary>The error for a login that failed; null when the exception means something else.</summary>
    /// <param name="exception">What the library threw.</param>
    /// <param name="serverName">What the person called the server.</param>
    /// <param name="settings">Where and as whom.</param>
    /// <param name="attempt">How far it has got.</param>
    public static DeployException? Explain(Exception exception, string serverName, SshHostSettings settings, LoginAttempt attempt)
    {
        bool tooMany = exception is SshConnectionException && exception.Message.Contains(TooManyAttempts, StringComparison.OrdinalIgnoreCase);
        if (!tooMany && exception is not SshAuthenticationException)
        {
            return null;
        }

        if (attempt is { Methods.Count: 0, Identities.Count: 0 })
        {
            return NothingToTry(settings, attempt.LookedFor);
        }

        // Of a key that would have opened the door, or was all there was, what is wrong with it says more than that the login failed.
        if (attempt.Methods is ["publickey"] && FailureThatDecided(attempt.Identities) is { } failure)
        {
            return failure;
        }

        var text = new List<string> { $"Server '{serverName}' does not let '{settings.User}' in{Reason(exception, attempt)}." };
        if (attempt.Methods.Count > 0)
        {
            text.Add($"Tried {string.Join(", ", attempt.Methods)}.");
        }

        if (attempt.Methods.Contains("publickey"))
        {
            text.Add($"Keys: {string.Join("; ", attempt.Identities.Select(Describe))}.");
        }

        return new DeployException(
            "AuthenticationFailed", ErrorCategory.AuthenticationError, string.Join(' ', text), serverName, WhatToDo(exception, settings, attempt), exception);
    }

    /// <summary>What the library says, where it says more than which method it tried last.</summary>
    private static string Reason(Exception exception, LoginAttempt attempt) => exception.Message switch
    {
        _ when attempt.KeyIsNotEnough => ": a key was accepted, and is not enough",
        _ when attempt is { PasswordIsMissing: true, Methods.Count: 0 } => ": it takes no key but a password, and none was given",
        var message when message.StartsWith(LastMethodRefused, StringComparison.Ordinal) => string.Empty,
        var message => ": " + Printable.Of(message).TrimEnd('.'),
    };

    private static DeployException? FailureThatDecided(IReadOnlyList<TriedIdentity> identities) =>
        (identities.FirstOrDefault(i => i.IsWanted) ?? (identities.All(i => i.Failure is not null) ? identities[0] : null))?.Failure;

    private static string Describe(TriedIdentity identity) =>
        identity.Failure is null ? identity.Description : $"{identity.Description} (not usable: {identity.Failure.Message.TrimEnd('.')})";

    private static string WhatToDo(Exception exception, SshHostSettings settings, LoginAttempt attempt)
    {
        if (exception is SshConnectionException)
        {
            return "Offer fewer keys: name the right one as identity file, or set IdentitiesOnly yes for this host in ssh_config.";
        }

        if (attempt.KeyIsNotEnough)
        {
            return "The server wants a password, or an answer to its questions, beside the key: give -Credential, or run this where it can ask you.";
        }

        if (attempt is { PasswordIsMissing: true, Methods.Count: 0 })
        {
            return "Give the password with -Credential, or run this where it can ask you.";
        }

        if (exception.Message.Contains(OtherMethodWanted, StringComparison.Ordinal))
        {
            return "Log in in one of the ways that the server names in brackets: publickey takes a key, password and keyboard-interactive a password.";
        }

        string where = settings.Port == 22 ? "" : string.Create(CultureInfo.InvariantCulture, $"-p {settings.Port} ");
        return attempt.Methods.Contains("publickey")
            ? $"Check the user name, and that one of these keys is in ~{settings.User}/.ssh/authorized_keys there (ssh-copy-id {where}{settings.User}@{settings.HostName})."
            : $"Check the user name and the password of '{settings.User}', or log in with a key.";
    }
}
