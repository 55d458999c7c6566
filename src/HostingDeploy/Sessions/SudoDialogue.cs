using System.Management.Automation;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace HostingDeploy.Sessions;

/// <summary>
/// Becoming root on a login that is not: one exec that finds out whether sudo wants a password, and, when it does, the
/// password over stdin. Nothing else is sent until sudo has let us through, or its bytes would be taken for a guess.
/// </summary>
internal sealed class SudoDialogue(string target)
{
    /// <summary>A shell that reads its own program from stdin, so that nothing of it stands in argv.</summary>
    private const string Loader = "LC_ALL=C; export LC_ALL; IFS= read -r n && IFS= read -r -N \"$n\" s && eval \"$s\"";

    /// <summary>The command for a login that is root already.</summary>
    internal const string PlainShell = "exec bash --noprofile --norc -c '" + Loader + "'";

    // Its own token: the prompt is visible in the process list, the shell's nonce must not be.
    private readonly string _token = "hd-" + Convert.ToHexString(RandomNumberGenerator.GetBytes(8));

    /// <summary>The command for a login that needs sudo.</summary>
    internal string CommandLine =>
        $"exec sh -c 'LC_ALL=C; export LC_ALL; echo {_token} begin >&2; if command -v sudo >/dev/null; then :; else echo {_token} missing >&2; exit 1; fi; " +
        $"if sudo -n true 2>/dev/null; then how=-n; else how=-S; fi; " +
        $"exec sudo $how -p \"{_token} password\n\" -- bash --noprofile --norc -c \"echo {_token} go >&2; {Loader.Replace("\"", "\\\"", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal)}\"'";

    /// <summary>Answers sudo until it lets us through.</summary>
    internal async Task AnswerAsync(ChannelReader<string> lines, Action<string> write, Func<string?> password, CancellationToken cancellationToken)
    {
        bool begun = false, answered = false;
        var said = new List<string>();
        try
        {
            await foreach (string line in lines.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                // What a start-up file prints is neither a question nor an answer.
                string word = line.StartsWith(_token, StringComparison.Ordinal) ? line[_token.Length..].Trim() : string.Empty;
                switch (word)
                {
                    case "go":
                        return;
                    case "begin":
                        begun = true;
                        break;
                    case "missing":
                        throw Refused("SudoMissing", "has no sudo", "Log in as root, or install sudo and allow this user to use it.");
                    case "password" when answered:
                        throw Refused("SudoPasswordWrong", "did not accept the sudo password", "Open the session again with the right -SudoPassword.");
                    case "password":
                        string answer = password()
                            ?? throw Refused("SudoPasswordRequired", "wants a password for sudo", "Give -SudoPassword to New-DeploySession, or allow sudo without a password for this user.");
                        if (answer.AsSpan().ContainsAny('\n', '\0'))
                        {
                            throw Refused("SudoPasswordInvalid", "was given a sudo password of several lines", "Give the password alone, without a line feed at its end.");
                        }

                        write(answer + "\n");
                        answered = true;
                        break;
                    default:
                        said.Add(line);
                        break;
                }
            }
        }
        catch (IOException e)
        {
            if (!begun)
            {
                throw ShellErrors.Ended(target, said, e);
            }

            // The channel ended; what sudo said decides below.
        }

        throw Explain(Printable.Of(string.Join(' ', said)));
    }

    private DeployException Explain(string said) => said switch
    {
        _ when said.Contains("must have a tty", StringComparison.Ordinal) || said.Contains("a terminal is required", StringComparison.Ordinal) =>
            Refused("SudoNeedsTerminal", "lets sudo run only on a terminal (requiretty)", "Remove requiretty for this user in sudoers, or log in as root."),
        _ when said.Contains("not in the sudoers", StringComparison.Ordinal) || said.Contains("may not run sudo", StringComparison.Ordinal) || said.Contains("not allowed to execute", StringComparison.Ordinal) =>
            Refused("SudoNotAllowed", "does not allow this user to use sudo", "Add the user to sudoers, or log in as another one."),
        _ when said.Contains("incorrect password", StringComparison.Ordinal) || said.Contains("no password was provided", StringComparison.Ordinal) =>
            Refused("SudoPasswordWrong", "did not accept the sudo password", "Open the session again with the right -SudoPassword."),
        _ => Refused("SudoRefused", $"refused sudo: {said}", "Log in with ssh and try: sudo true"),
    };

    private DeployException Refused(string errorId, string what, string action) =>
        new(errorId, ErrorCategory.PermissionDenied, $"{target} {what}.", target, action);
}
