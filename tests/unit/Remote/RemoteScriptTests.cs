using FsCheck.Xunit;
using HostingDeploy.Remote;
using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>Parameters on their way into a script's variables.</summary>
public sealed class RemoteScriptTests(LibraryShell library) : IClassFixture<LibraryShell>
{
    private const string Name = "nginx";

    [Property(MaxTest = 20, Arbitrary = [typeof(QuoteTests.Texts)])]
    public void Values_arrive_byte_for_byte(string[] values)
    {
        var script = new RemoteScript(Name);
        for (int i = 0; i < values.Length; i++)
        {
            script.With($"V{i}", values[i]);
        }

        string show = Shell.Show(values.Select((_, i) => $"\"$V{i}\""));
        LocalShell.Answer answer = library.Shell.RunAsync(ScriptText.Head(script, Name) + show).Result;
        Assert.Equal(values, Shell.Read(answer.Text));
    }

    [Fact]
    public async Task An_absent_value_is_empty_and_set()
    {
        RemoteScript script = new RemoteScript(Name).With("ABSENT", null);
        LocalShell.Answer answer = await library.Shell.RunAsync(ScriptText.Head(script, Name) + "echo \"<$ABSENT>\"");
        Assert.Equal(["<>"], answer.Lines);
    }

    [Fact]
    public async Task Lines_arrive_one_by_one()
    {
        RemoteScript script = new RemoteScript(Name).WithLines("FOLDERS", ["log", "public/up loads", "*"]);
        LocalShell.Answer answer = await library.Shell.RunAsync(
            ScriptText.Head(script, Name) + "while IFS= read -r folder; do echo \"<$folder>\"; done <<<\"$FOLDERS\"");
        Assert.Equal(["<log>", "<public/up loads>", "<*>"], answer.Lines);
    }

    [Fact]
    public void A_nul_is_refused_by_name_and_never_shown()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new RemoteScript(Name).With("SECRETS", "hunter2\0"));
        Assert.Contains("SECRETS", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_stand_in_no_argument_list()
    {
        RemoteScript script = new RemoteScript(Name).With("SECRETS", "hunter2-and-more");
        LocalShell.Answer answer = await library.Shell.RunAsync(
            ScriptText.Head(script, Name) + "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c '^hunter2' || true; env | grep -c hunter2 || true");
        Assert.Equal(["0", "0"], answer.Lines);
    }

    [Fact]
    public async Task A_failing_command_ends_the_script()
    {
        LocalShell.Answer answer = await library.Shell.RunAsync(ScriptText.Head(new RemoteScript(Name), Name) + "false\necho on");
        Assert.Equal(1, answer.Status);
        Assert.Empty(answer.Lines);
    }

    [Fact]
    public void Each_of_its_lines_comes_before_the_script_and_behind_the_parameters()
    {
        RemoteScript script = new RemoteScript(Name).Before("journal_step Nginx").With("APP", "shop");
        Assert.Equal("set -euo pipefail\nAPP='shop'\njournal_step Nginx\n", ScriptText.Head(script, Name));
    }
}
