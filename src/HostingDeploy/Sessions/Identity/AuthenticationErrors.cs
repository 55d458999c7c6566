using System.Globalization;
using System.Management.Automation;
using Renci.SshNet.Common;

namespace HostingDeploy.Sessions.Identity;

/// <summary>A key that a login was tried with, and why it did not get as far as the server's answer.</summary>
/// <param name="Description">What it is called.</param>
/// <param name="Failure">Why it could not be used.</param>
/// <param name="IsWanted">Whether the server would have let it in.</param>
internal sealed record TriedIdentity(string Description, DeployException? Failure, bool IsWanted);

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
        "Add a key to the SSH agent (ssh-add), name a private key file, or make a key with: ssh-keygen -t ed25519");

    /// <summary>The error for a login that failed; null when the exception means something else.</summary>
    /// <param name="exception">What the library threw.</param>
    /// <param name="serverName">What the person called the server.</param>
    /// <param name="settings">Where and as whom.</param>
    /// <param name="methods">The methods in which something was sent to the server.</param>
    /// <param name="identities">The keys tried.</param>
    /// <param name="keyIsNotEnough">Whether the server accepted a key and wants a second proof.</param>
    /// <param name="lookedFor">What was looked for and cannot be used.</param>
    public static DeployException? Explain(
        Exception exception,
        string serverName,
        SshHostSettings settings,
        IReadOnlyList<string> methods,
        IReadOnlyList<TriedIdentity> identities,
        bool keyIsNotEnough,
        IReadOnlyList<string> lookedFor)
    {
        bool tooMany = exception is SshConnectionException && exception.Message.Contains(TooManyAttempts, StringComparison.OrdinalIgnoreCase);
        if (!tooMany && exception is not SshAuthenticationException)
        {
            return null;
        }

        if (methods.Count == 0)
        {
            return NothingToTry(settings, lookedFor);
        }

        // Of a key that would have opened the door, or was all there was, what is wrong with it says more than that the login failed.
        if (methods is ["publickey"] && FailureThatDecided(identities) is { } failure)
        {
            return failure;
        }

        string keys = identities.Count == 0 ? "" : " Keys: " + string.Join("; ", identities.Select(Describe)) + ".";
        return new DeployException(
            "AuthenticationFailed",
            ErrorCategory.AuthenticationError,
            $"Server '{serverName}' does not let '{settings.User}' in{Reason(exception, keyIsNotEnough)}. Tried {string.Join(", ", methods)}.{keys}",
            serverName,
            keyIsNotEnough
                ? "The server wants a password, or an answer to its questions, beside the key: give -Credential, or run this where it can ask you."
                : WhatToDo(exception, settings, identities),
            exception);
    }

    /// <summary>What the library says, where it says more than which method it tried last.</summary>
    private static string Reason(Exception exception, bool keyIsNotEnough) => exception.Message switch
    {
        _ when keyIsNotEnough => ": a key was accepted, and is not enough",
        var message when message.StartsWith(LastMethodRefused, StringComparison.Ordinal) => "",
        var message => ": " + message.TrimEnd('.'),
    };

    private static DeployException? FailureThatDecided(IReadOnlyList<TriedIdentity> identities) =>
        (identities.FirstOrDefault(i => i.IsWanted) ?? (identities.All(i => i.Failure is not null) ? identities[0] : null))?.Failure;

    private static string Describe(TriedIdentity identity) =>
        identity.Failure is null ? identity.Description : $"{identity.Description} (not usable: {identity.Failure.Message.TrimEnd('.')})";

    private static string WhatToDo(Exception exception, SshHostSettings settings, IReadOnlyList<TriedIdentity> identities)
    {
        if (exception is SshConnectionException)
        {
            return "Offer fewer keys: name the right one as identity file, or set IdentitiesOnly yes for this host in ssh_config.";
        }

        if (exception.Message.Contains(OtherMethodWanted, StringComparison.Ordinal))
        {
            return "Log in in one of the ways that the server names in brackets: publickey takes a key, password and keyboard-interactive a password.";
        }

        string where = settings.Port == 22 ? "" : string.Create(CultureInfo.InvariantCulture, $"-p {settings.Port} ");
        return identities.Count == 0
            ? $"Check the user name and the password of '{settings.User}', or log in with a key."
            : $"Check the user name, and that one of these keys is in ~{settings.User}/.ssh/authorized_keys there (ssh-copy-id {where}{settings.User}@{settings.HostName}).";
    }
}
