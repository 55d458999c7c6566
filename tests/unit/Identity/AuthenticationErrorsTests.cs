using System.Management.Automation;
using HostingDeploy.Sessions.Identity;
using Renci.SshNet.Common;
using Xunit;

namespace HostingDeploy.Tests.Identity;

/// <summary>What is said when a login fails; that servers lead to these attempts is what the live tests show.</summary>
public sealed class AuthenticationErrorsTests
{
    private static readonly DeployException s_wrong = new("KeyPassphraseWrong", ErrorCategory.AuthenticationError, "The passphrase is wrong.");
    private static readonly TriedIdentity s_refused = new("ssh-ed25519 SHA256:one of /keys/one", null, false);
    private static readonly TriedIdentity s_locked = new("ssh-ed25519 SHA256:two of /keys/two", s_wrong, false);

    [Fact]
    public void A_refused_key_is_named_with_user_and_server()
    {
        DeployException error = Explain("Permission denied (publickey).", Attempt(["publickey"], s_refused));
        Assert.Equal("AuthenticationFailed", error.ErrorId);
        Assert.Equal("Server 'web1' does not let 'deploy' in. Tried publickey. Keys: ssh-ed25519 SHA256:one of /keys/one.", error.Message);
        Assert.Contains("ssh-copy-id -p 2222 deploy@host.example.com", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_the_only_key_is_the_error() =>
        Assert.Same(s_wrong, Explain("Permission denied (password).", Attempt(["publickey"], s_locked)));

    [Fact]
    public void Where_a_password_would_have_done_as_well_it_still_is() =>
        Assert.Same(s_wrong, Explain("Permission denied (password).", Attempt(["publickey"], s_locked) with { PasswordIsMissing = true }));

    [Fact]
    public void Of_several_keys_the_one_that_the_server_wanted_decides()
    {
        Assert.Same(s_wrong, Explain("Permission denied (publickey).", Attempt(["publickey"], s_refused, s_locked with { IsWanted = true })));
        DeployException error = Explain("Permission denied (publickey).", Attempt(["publickey"], s_refused, s_locked));
        Assert.Equal("AuthenticationFailed", error.ErrorId);
        Assert.Contains("/keys/two (not usable: The passphrase is wrong)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_password_is_the_error_whatever_is_wrong_with_keys() => Assert.Equal(
        "AuthenticationFailed", Explain("Permission denied (password).", Attempt(["publickey", "password"], s_locked)).ErrorId);

    [Fact]
    public void A_refused_password_is_about_the_password()
    {
        DeployException error = Explain("Permission denied (password).", Attempt(["keyboard-interactive", "password"], s_refused));
        Assert.Equal("Server 'web1' does not let 'deploy' in. Tried keyboard-interactive, password.", error.Message);
        Assert.Contains("the password of 'deploy'", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_log_in_with_says_what_was_looked_for()
    {
        DeployException error = Explain("Permission denied (password).", Attempt([]) with { LookedFor = ["no SSH agent"], PasswordIsMissing = true });
        Assert.Equal("NoAuthenticationMethod", error.ErrorId);
        Assert.Contains("Looked for: no SSH agent.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_takes_no_keys_wants_the_password()
    {
        DeployException error = Explain("Permission denied (password).", Attempt([], s_refused) with { PasswordIsMissing = true });
        Assert.Contains("it takes no key but a password", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/keys/one", error.Message, StringComparison.Ordinal);
        Assert.Contains("-Credential", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_not_enough_is_told()
    {
        DeployException error = Explain("Permission denied (password).", Attempt(["publickey"], s_refused) with { KeyIsNotEnough = true, PasswordIsMissing = true });
        Assert.Contains("a key was accepted, and is not enough", error.Message, StringComparison.Ordinal);
        Assert.Contains("-Credential", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_method_that_the_server_wants_is_named()
    {
        DeployException error = Explain("No suitable authentication method found to complete authentication (password).", Attempt([], s_refused));
        Assert.Contains("(password)", error.Message, StringComparison.Ordinal);
        Assert.Contains("a password", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_keys_and_other_failures_are_told_apart()
    {
        var tooMany = new SshConnectionException("The connection was closed by the server: Too many authentication failures (ProtocolError).");
        Assert.Contains("IdentitiesOnly", Explain(tooMany, Attempt(["publickey"], s_refused))!.RecommendedAction, StringComparison.Ordinal);
        Assert.Null(Explain(new SshConnectionException("reset"), Attempt(["publickey"], s_refused)));
        Assert.Null(Explain(new IOException("reset"), Attempt(["publickey"], s_refused)));
    }

    private static LoginAttempt Attempt(string[] methods, params TriedIdentity[] identities) =>
        new() { Methods = methods, Identities = identities, KeyIsNotEnough = false, PasswordIsMissing = false, LookedFor = [] };

    private static DeployException Explain(string message, LoginAttempt attempt) => Explain(new SshAuthenticationException(message), attempt)!;

    private static DeployException? Explain(Exception exception, LoginAttempt attempt)
    {
        var settings = new SshHostSettings { Host = "web1", HostName = "host.example.com", User = "deploy", Port = 2222 };
        return AuthenticationErrors.Explain(exception, "web1", settings, attempt);
    }
}
