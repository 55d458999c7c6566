using System.Net;
using System.Security;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Answers what the server asks: a single hidden question with the password, anything else by asking a person.</summary>
internal sealed class KeyboardInteractiveAuthentication : AuthenticationMethod
{
    private readonly PasswordSource _source;
    private bool _unanswered;

    public KeyboardInteractiveAuthentication(string user, PasswordSource source)
        : base(user) => _source = source;

    public override string Name => "keyboard-interactive";

    public override AuthenticationResult Authenticate(Session session)
    {
        _source.IsWanted = true;
        AuthenticationResult result = AuthenticationResult.Failure;
        for (int attempt = 1; result == AuthenticationResult.Failure && !_unanswered && attempt <= Attempts; attempt++)
        {
            using var method = new KeyboardInteractiveAuthenticationMethod(Username);
            bool passwordUsed = false;
            method.AuthenticationPrompt += (_, asked) => Answer(asked, ref passwordUsed);
            try
            {
                result = method.Authenticate(session);
                AllowedAuthentications = method.AllowedAuthentications;
            }
            catch (SshAuthenticationException) when (_unanswered)
            {
                // The library ends the login over a question without an answer; the next method may still succeed.
            }
        }

        return result;
    }

    private int Attempts => _source.AskPerson is null || _source.Given is not null ? 1 : 3;

    private void Answer(AuthenticationPromptEventArgs asked, ref bool passwordUsed)
    {
        foreach (AuthenticationPrompt prompt in asked.Prompts)
        {
            SecureString? answer;
            if (_source.Given is not null && !passwordUsed && !prompt.IsEchoed && asked.Prompts.Count == 1)
            {
                passwordUsed = true;
                answer = _source.Give();
            }
            else
            {
                answer = _source.Ask(prompt.Request);
            }

            if (answer is null)
            {
                _unanswered = true;
                return;
            }

            prompt.Response = new NetworkCredential("", answer).Password;
        }
    }
}
