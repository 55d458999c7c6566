using System.Globalization;
using System.Management.Automation;
using Renci.SshNet.Common;

namespace HostingDeploy.Sessions.Identity;

/// <summary>A key that a login was tried with, and why it did not get as far as the server's answer.</summary>
internal sealed record TriedIdentity(string Description, DeployException? Failure);

/// <summary>What to say when a login cannot be tried or does not succeed.</summary>
internal static class AuthenticationErrors
{
    private const string TooManyAttempts = "Too many authentication failures";
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
    /// <param name="methods">The methods tried.</param>
    /// <param name="identities">The keys tried.</param>
    public static DeployException? Explain(
        Exception exception, string serverName, SshHostSettings settings, IReadOnlyList<string> methods, IReadOnlyList<TriedIdentity> identities)
    {
        bool tooMany = exception is SshConnectionException && exception.Message.Contains(TooManyAttempts, StringComparison.OrdinalIgnoreCase);
        if (!tooMany && exception is not SshAuthenticationException)
        {
            return null;
        }

        // When no key got as far as the server, what is wrong with it says more than that the login failed.
        if (methods is ["publickey"] && identities.Count > 0 && identities.All(i => i.Failure is not null))
        {
            return identities[0].Failure;
        }

        string keys = identities.Count == 0 ? "" : " Keys: " + string.Join("; ", identities.Select(Describe)) + ".";
        return new DeployException(
            "AuthenticationFailed",
            ErrorCategory.AuthenticationError,
            $"Server '{serverName}' does not let '{settings.User}' in: {exception.Message.TrimEnd('.')}. Tried {string.Join(", ", methods)}.{keys}",
            serverName,
            WhatToDo(exception, settings, identities),
            exception);
    }

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
