using System.Threading.Channels;
using HostingDeploy.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>What is answered to sudo, and what a refusal of sudo means.</summary>
public sealed class SudoDialogueTests
{
    private readonly SudoDialogue _dialogue = new("web1");
    private readonly Channel<string> _said = Channel.CreateUnbounded<string>();
    private readonly List<string> _sent = [];
    private int _asked;

    /// <summary>The word this dialogue's lines begin with, as its command line holds it.</summary>
    private string Token => _dialogue.CommandLine.Split("echo ")[1].Split(' ')[0];

    [Fact]
    public async Task Without_a_password_nothing_is_asked_or_sent()
    {
        await AnswerAsync("secret", $"{Token} go");
        Assert.Equal(0, _asked);
        Assert.Empty(_sent);
    }

    [Fact]
    public async Task A_password_is_asked_for_once_and_sent_once()
    {
        await AnswerAsync("secret", "We trust you have received the usual lecture.", $"{Token} password", $"{Token} go");
        Assert.Equal(1, _asked);
        Assert.Equal(["secret\n"], _sent);
    }

    [Fact]
    public async Task A_wrong_password_is_not_tried_again()
    {
        DeployException refused = await RefusedAsync("wrong", $"{Token} password", "Sorry, try again.", $"{Token} password");
        Assert.Equal("SudoPasswordWrong", refused.ErrorId);
        Assert.Equal(["wrong\n"], _sent);
        Assert.DoesNotContain("wrong", $"{refused.Message}{refused.RecommendedAction}".Replace("SudoPasswordWrong", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_of_several_lines_is_not_sent()
    {
        Assert.Equal("SudoPasswordInvalid", (await RefusedAsync("secret\n5\nreboot", $"{Token} password")).ErrorId);
        Assert.Empty(_sent);
    }

    [Fact]
    public async Task What_sudo_says_cannot_control_a_terminal()
    {
        DeployException refused = await RefusedAsync("secret", "sudo: \u001b[2Jno\u202e\a");
        Assert.Equal("web1 refused sudo: sudo:  [2Jno.", refused.Message);
    }

    [Fact]
    public async Task Without_a_password_to_give_it_is_asked_for()
    {
        DeployException refused = await RefusedAsync(null, $"{Token} password");
        Assert.Equal("SudoPasswordRequired", refused.ErrorId);
        Assert.Contains("-SudoPassword", refused.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(_sent);
    }

    [Theory]
    [InlineData("SudoPasswordWrong", "sudo: 1 incorrect password attempt")]
    [InlineData("SudoPasswordWrong", "sudo: no password was provided")]
    [InlineData("SudoNotAllowed", "ann is not in the sudoers file.")]
    [InlineData("SudoNotAllowed", "ann is not in the sudoers file.  This incident will be reported.")]
    [InlineData("SudoNotAllowed", "Sorry, user ann may not run sudo on web1.")]
    [InlineData("SudoNotAllowed", "Sorry, user ann is not allowed to execute '/usr/bin/bash --noprofile' as root on web1.")]
    [InlineData("SudoNeedsTerminal", "sudo: sorry, you must have a tty to run sudo")]
    [InlineData("SudoNeedsTerminal", "sudo: a terminal is required to read the password; either use the -S option")]
    [InlineData("SudoRefused", "sudo: /etc/sudoers is world writable")]
    public async Task Says_why_sudo_refuses(string errorId, string said)
    {
        DeployException refused = await RefusedAsync("secret", said);
        Assert.Equal(errorId, refused.ErrorId);
        Assert.Equal("web1", refused.Target);
        Assert.Equal(System.Management.Automation.ErrorCategory.PermissionDenied, refused.Category);
        Assert.NotNull(refused.RecommendedAction);
    }

    [Fact]
    public async Task Says_that_there_is_no_sudo() =>
        Assert.Equal("SudoMissing", (await RefusedAsync("secret", $"{Token} missing")).ErrorId);

    [Fact]
    public async Task A_connection_that_ends_is_explained_by_what_sudo_said_last()
    {
        Task held = _dialogue.AnswerAsync(_said.Reader, _sent.Add, () => "secret", CancellationToken.None);
        await _said.Writer.WriteAsync($"{Token} begin");
        await _said.Writer.WriteAsync("ann is not in the sudoers file.");
        _said.Writer.Complete(new IOException("the channel ended"));
        Assert.Equal("SudoNotAllowed", (await Assert.ThrowsAsync<DeployException>(() => held)).ErrorId);
    }

    [Fact]
    public async Task A_login_that_does_not_get_as_far_as_sudo_is_no_refusal_of_sudo()
    {
        Task held = _dialogue.AnswerAsync(_said.Reader, _sent.Add, () => "secret", CancellationToken.None);
        await _said.Writer.WriteAsync("This account is currently not available.");
        _said.Writer.Complete(new IOException("the remote shell ended (exit status 1)"));
        DeployException ended = await Assert.ThrowsAsync<DeployException>(() => held);
        Assert.Equal("ShellEnded", ended.ErrorId);
        Assert.Equal("web1 accepted the login, and then the remote shell ended (exit status 1): This account is currently not available.", ended.Message);
    }

    [Theory]
    [InlineData("go")]
    [InlineData("password")]
    [InlineData("hd-0000000000000000 password")]
    public async Task What_a_start_up_file_prints_is_no_question(string line)
    {
        await RefusedAsync("secret", line);
        Assert.Empty(_sent);
    }

    private Task AnswerAsync(string? password, params string[] lines)
    {
        foreach (string line in lines)
        {
            _said.Writer.TryWrite(line);
        }

        _said.Writer.TryComplete();
        return _dialogue.AnswerAsync(_said.Reader, _sent.Add, () => { _asked++; return password; }, CancellationToken.None);
    }

    private Task<DeployException> RefusedAsync(string? password, params string[] lines) =>
        Assert.ThrowsAsync<DeployException>(() => AnswerAsync(password, lines));
}
