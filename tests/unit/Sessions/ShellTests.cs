using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>Steps in the far end's shell.</summary>
public sealed class ShellTests(LibraryShell library) : IClassFixture<LibraryShell>
{
    [Theory]
    [InlineData("true", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    [InlineData("set -e; false; exit 3", 1)]
    [InlineData("set -euo pipefail; false | true; exit 3", 1)]
    [InlineData("set -u; : $missing; exit 3", 1)]
    [InlineData("nonsense-that-is-no-command", 127)]
    [InlineData("if", 2)]
    public async Task Tells_the_exit_status(string script, int status)
    {
        LocalShell.Answer answer = await library.Shell.RunAsync(script);
        Assert.Equal(status, answer.Status);
        Assert.Equal(0, (await library.Shell.RunAsync("true")).Status);
    }

    [Fact]
    public async Task Keeps_the_order_of_output_and_errors()
    {
        LocalShell shell = library.Shell;
        LocalShell.Answer answer = await shell.RunAsync("for i in 1 2 3; do echo out$i; echo err$i >&2; done; printf last");
        Assert.Equal(["out1", "err1", "out2", "err2", "out3", "err3", "last"], answer.Lines);
    }

    [Fact]
    public async Task Reads_nothing_of_what_comes_next()
    {
        LocalShell shell = library.Shell;
        Task<LocalShell.Answer> first = shell.RunAsync("cat; echo end");
        Assert.Equal(["end"], (await first).Lines);
        Assert.Equal(["next"], (await shell.RunAsync("echo next")).Lines);
    }

    [Fact]
    public async Task Reports_facts()
    {
        LocalShell shell = library.Shell;
        LocalShell.Answer answer = await shell.RunAsync("""
            printf 'no newline'
            fact one $'a\nb\n'
            fact empty ''
            fact text 'Größe 🚀'
            fact bytes $'\x80\xff\x01\x7f'
            echo after
            """);
        Assert.Equal(0, answer.Status);
        Assert.Equal("a\nb\n", answer.Fact("one"));
        Assert.Equal(string.Empty, answer.Fact("empty"));
        Assert.Equal("Größe 🚀", answer.Fact("text"));
        Assert.Equal("\ufffd\ufffd\u0001\u007f", answer.Fact("bytes"));
        Assert.Equal(["no newline", "after"], answer.Lines);
    }

    [Fact]
    public async Task Keeps_steps_apart()
    {
        LocalShell shell = library.Shell;
        await shell.RunAsync("x=1; cd /; set -e; trap 'echo trapped' EXIT; exec 2>/dev/null");
        LocalShell.Answer answer = await shell.RunAsync("echo \"${x-unset}\"; echo err >&2; false; echo on");
        Assert.Equal(["unset", "err", "on"], answer.Lines);
    }

    [Fact]
    public async Task Keeps_what_is_evaluated_in_the_shell_itself()
    {
        using LocalShell shell = await LocalShell.StartAsync();
        LocalShell.Answer answer = await shell.EvaluateAsync("kept=5; double() { echo $(($1 * 2)); }; echo said; (exit 4)");
        Assert.Equal(4, answer.Status);
        Assert.Equal(["said"], answer.Lines);
        Assert.Equal(["10"], (await shell.RunAsync("double $kept; kept=6")).Lines);
        Assert.Equal(["5"], (await shell.EvaluateAsync("echo $kept")).Lines);
    }

    [Fact]
    public async Task Does_not_show_the_nonce_to_programs()
    {
        LocalShell shell = library.Shell;
        LocalShell.Answer answer = await shell.RunAsync("env | grep -c HD_; tr '\\0' '\\n' </proc/$PPID/cmdline | grep -c NONCE");
        Assert.Equal(["0", "0"], answer.Lines);
    }
}
