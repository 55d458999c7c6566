using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using HostingDeploy.Sessions;
using HostingDeploy.Tests.Identity;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>The command line that becomes root, run by real shells with a program in sudo's place.</summary>
public sealed class SudoCommandLineTests : IDisposable
{
    /// <summary>Takes the options the real one is given; wants a password where a file beside it holds one.</summary>
    private const string Sudo = """
        #!/bin/bash
        here=${0%/*}
        prompt='' how=''
        while [ "$1" != -- ] && [ "${1#-}" != "$1" ]; do
          case $1 in
            -n | -S) how=$1 ;;
            -p) prompt=$2; shift ;;
          esac
          shift
        done
        [ "$1" != -- ] || shift
        printf '%s\n' "$how" >>"$here/calls"
        if [ -f "$here/password" ]; then
          [ "$how" = -S ] || { echo 'sudo: a password is required' >&2; exit 1; }
          for try in 1 2 3; do
            printf %s "$prompt" >&2
            IFS= read -r answer || { echo 'sudo: no password was provided' >&2; exit 1; }
            [ "$answer" != "$(cat "$here/password")" ] || exec "$@"
            echo 'Sorry, try again.' >&2
          done
          echo 'sudo: 3 incorrect password attempts' >&2
          exit 1
        fi
        exec "$@"
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_shell_accepts_it()
    {
        string line = new SudoDialogue("web1").CommandLine;
        Assert.Equal(0, Tool.TryRun(null, "sh", "-n", "-c", line).ExitCode);
        Assert.Equal(0, Tool.TryRun(null, "bash", "-n", "-c", line).ExitCode);
        Assert.Equal(0, Tool.TryRun(null, "sh", "-n", "-c", SudoDialogue.PlainShell).ExitCode);
    }

    [Fact]
    public void Each_dialogue_has_a_word_of_its_own() =>
        Assert.NotEqual(new SudoDialogue("web1").CommandLine, new SudoDialogue("web1").CommandLine);

    [Fact]
    public async Task A_sudo_without_a_password_leads_straight_to_the_shell()
    {
        Assert.Equal("arrived 'x' $y", await BecomeRootAsync(null));
        Assert.Equal(["-n", "-n"], Calls());
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("pass \"w' o$r`d\\ ")]
    public async Task A_sudo_with_a_password_is_given_it(string password)
    {
        _folder.Write("password", password);
        Assert.Equal("arrived 'x' $y", await BecomeRootAsync(password));
        Assert.Equal(["-n", "-S"], Calls());
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        _folder.Write("password", "secret");
        Assert.Equal("SudoPasswordWrong", (await Assert.ThrowsAsync<DeployException>(() => BecomeRootAsync("guess"))).ErrorId);
    }

    [Fact]
    public async Task A_missing_sudo_is_told()
    {
        DeployException missing = await Assert.ThrowsAsync<DeployException>(() => BecomeRootAsync(null, withSudo: false));
        Assert.Equal("SudoMissing", missing.ErrorId);
    }

    private string[] Calls() => File.ReadAllLines(_folder.At("calls"));

    /// <summary>Holds the dialogue, then sends a program the way a session does, and reads what it prints.</summary>
    private async Task<string> BecomeRootAsync(string? password, bool withSudo = true)
    {
        if (withSudo)
        {
            _folder.Write("sudo", Sudo, 0b111_101_101);
        }
        else
        {
            // A sudo that this machine may have must not be found.
            File.CreateSymbolicLink(_folder.At("sh"), "/bin/sh");
        }

        string path = _folder.Root + (withSudo ? ":/usr/bin:/bin" : string.Empty);
        var dialogue = new SudoDialogue("web1");
        var start = new ProcessStartInfo("/bin/sh", ["-c", dialogue.CommandLine])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        start.Environment["PATH"] = path;
        using Process process = Process.Start(start)!;
        Channel<string> said = Channel.CreateUnbounded<string>();
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null)
            {
                said.Writer.TryComplete();
            }
            else
            {
                said.Writer.TryWrite(e.Data);
            }
        };
        process.BeginErrorReadLine();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        try
        {
            await dialogue.AnswerAsync(said.Reader, Send, () => password, deadline.Token);
            const string Program = "echo \"arrived 'x' \\$y\"";
            Send($"{Program.Length}\n{Program}");
            return (await process.StandardOutput.ReadToEndAsync(deadline.Token)).TrimEnd('\n');
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        void Send(string text)
        {
            process.StandardInput.Write(text);
            process.StandardInput.Flush();
        }
    }
}
