using System.Management.Automation;
using System.Net;
using System.Security;
using System.Text;
using Renci.SshNet;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Logs in with a password that is fetched, or asked for, only when the server gets that far.</summary>
internal sealed class PasswordAuthentication : AuthenticationMethod
{
    private readonly PasswordSource _source;

    public PasswordAuthentication(string user, PasswordSource source)
        : base(user) => _source = source;

    public override string Name => "password";

    public override AuthenticationResult Authenticate(Session session)
    {
        _source.IsWanted = true;
        AuthenticationResult result = AuthenticationResult.Failure;
        for (int attempt = 1; result == AuthenticationResult.Failure && _source.Answer("password", attempt) is { } password; attempt++)
        {
            using var method = new PasswordAuthenticationMethod(Username, Encoding.UTF8.GetBytes(new NetworkCredential("", password).Password));
            method.PasswordExpired += (_, _) => throw new DeployException(
                "PasswordExpired",
                ErrorCategory.AuthenticationError,
                $"The password of '{Username}' has expired.",
                Username,
                "Log in once with ssh and change it, or log in with a key.");
            result = method.Authenticate(session);
            AllowedAuthentications = method.AllowedAuthentications;
        }

        return result;
    }
}

/// <summary>Where passwords and other answers come from: what was given, once, or a person, up to three times.</summary>
/// <param name="Login">User and host, to tell the person what is asked for.</param>
/// <param name="Given">The password that was given.</param>
/// <param name="AskPerson">Asks a person; null from it gives up.</param>
internal sealed record PasswordSource(string Login, SecureString? Given, Func<string, SecureString?>? AskPerson)
{
    private const int Questions = 3;

    /// <summary>Whether the server takes passwords.</summary>
    public bool IsWanted { get; set; }

    /// <summary>Whether anything was answered to the server.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>The answer for an attempt, counted from one; null when there is none.</summary>
    public SecureString? Answer(string question, int attempt)
    {
        if (Given is not null)
        {
            return attempt == 1 ? Give() : null;
        }

        return attempt <= Questions ? Ask(question) : null;
    }

    /// <summary>The password that was given.</summary>
    public SecureString? Give()
    {
        HasAnswered = true;
        return Given;
    }

    /// <summary>Asks a person. The question may come from the server, which must not be able to control a terminal.</summary>
    public SecureString? Ask(string question)
    {
        SecureString? answer = AskPerson?.Invoke($"{Login}: {Printable.Of(question).TrimEnd(':')}");
        HasAnswered |= answer is not null;
        return answer;
    }
}
