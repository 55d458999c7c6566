using System.Text.Json;
using HostingDeploy.Tests.Secrets;
using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>What the server itself strikes out, with no client to tell it the secrets.</summary>
public sealed class RedactTests(LibraryShell library) : LibraryTest(library)
{
    private const string Key = "0123456789abcdef";

    private string Conf => $"CONF={Folder.Root}";

    [Theory]
    [MemberData(nameof(RedactorTests.Forms), MemberType = typeof(RedactorTests))]
    public async Task Every_form_is_struck_out(string secret, string form)
    {
        WriteSecrets(("FIRST", Key), ("SECRET", secret), ("LAST", "and-one-more"));
        Assert.Equal($"it is ***, said twice: ***\n***\n***", await RedactedAsync($"it is {form}, said twice: {form}\n{Key}\nand-one-more"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("no end")]
    [InlineData("a carriage\rreturn\r\nand more\n\n\n")]
    [InlineData("a short one is an ordinary word")]
    [InlineData("Größe \u0001")]
    public async Task Other_text_passes_byte_for_byte(string text)
    {
        WriteSecrets(("KEY", Key), ("SHORT", "short"));
        Assert.Equal(text, await RedactedAsync(text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_secrets_all_of_it_passes(bool empty)
    {
        if (empty)
        {
            Folder.Write("secrets.env", string.Empty);
        }

        Assert.Equal("text\n", await RedactedAsync("text\n"));
        LocalShell.Answer answer = await RunAsync("strike one two; printf '<%s>' \"${STRUCK[@]}\"");
        Assert.Equal("<one><two>", answer.Text);
    }

    [Fact]
    public async Task Those_on_the_disk_and_those_about_to_replace_them_are_known()
    {
        WriteSecrets(("KEY", Key));
        LocalShell.Answer answer = await RunAsync($"{Conf} SECRETS=$'KEY=\"brand-new-key\"\\n'; echo 'brand-new-key {Key} other' | redacted");
        Assert.Equal("*** *** other", answer.Text);
    }

    [Fact]
    public async Task A_line_goes_on_as_soon_as_it_is_whole()
    {
        WriteSecrets(("KEY", Key));
        using LocalShell shell = await LocalShell.StartWithLibraryAsync();
        LocalShell.Step step = shell.Begin($"{Conf}; {{ echo {Key}; sleep 60; }} | redacted");
        await step.Spoke;
        shell.Stop(step);
        Assert.Equal(["***"], (await step.Ended).Lines);
    }

    [Fact]
    public async Task A_line_without_an_end_is_not_kept_and_hides_no_secret()
    {
        WriteSecrets(("KEY", Key));
        LocalShell.Answer answer = await RunAsync($$"""
            {{Conf}}
            for ((i = 0; i < 60000; i++)); do printf '%s-%d.' {{Key}} "$i"; done | redacted | tr '.' '\n' | sort -u -t- -k1,1
            """);
        Assert.Equal(["***-0"], answer.Lines);
    }

    [Fact]
    public async Task Several_texts_are_struck_one_by_one()
    {
        WriteSecrets(("KEY", Key));
        LocalShell.Answer answer = await RunAsync($$"""{{Conf}}; strike "a {{Key}}" '' $'two\nlines\n'; declare -p STRUCK""");
        Assert.Equal("""declare -a STRUCK=([0]="a ***" [1]="" [2]=$'two\nlines\n')""", answer.Text);
    }

    [Fact]
    public async Task What_cannot_be_looked_through_is_not_told()
    {
        WriteSecrets(("KEY", Key));
        LocalShell.Answer answer = await RunAsync($$"""{{Conf}}; redacted() { false; }; strike "a {{Key}}" b; declare -p STRUCK""");
        Assert.Equal("""declare -a STRUCK=([0]="***" [1]="***")""", answer.Text);
    }

    [Fact]
    public async Task A_value_stands_in_no_argument_list_and_no_environment()
    {
        WriteSecrets(("KEY", Key));
        LocalShell.Answer answer = await RunAsync($$"""
            {{Conf}} SECRETS=$'KEY="brand-new-key"\n'
            { sleep 0.3; cat /proc/[0-9]*/{cmdline,environ} 2>/dev/null | tr '\0' '\n' | grep -cE '^(KEY=)?"?({{Key}}|brand-new-key)' || true; } | redacted
            """);
        Assert.Equal("0", answer.Text);
    }

    [Fact]
    public async Task A_failure_is_told_and_noted_without_them()
    {
        WriteSecrets(("KEY", Key));
        LocalShell.Answer answer = await RunAsync(
            $"{Conf} STATE={Folder.Root} DEPLOYMENT=d1 HOOK_MOMENT=before HOOK_INDEX=0 HOOK_RUN='run {Key}'\njournal_step Migrate\nchanged 'made {Key}'\nfail MigrationFailed 'it said {Key}' 'look at {Key}'");
        Assert.Equal(("it said ***", "look at ***"), (answer.Fact("error.message"), answer.Fact("error.action")));
        string line = await File.ReadAllTextAsync(At("journal.jsonl"));
        JsonElement entry = JsonDocument.Parse(line).RootElement;
        Assert.Equal(("it said ***", "run ***"), (entry.GetProperty("message").GetString(), entry.GetProperty("run").GetString()));
        Assert.Equal(["made ***"], entry.GetProperty("changes").EnumerateArray().Select(c => c.GetString()));
        Assert.DoesNotContain(Key, line, StringComparison.Ordinal);
    }

    private async Task<string> RedactedAsync(string text) =>
        Shell.Read((await RunAsync($"{Conf}; {{ printf %s {Shell.Quote(text)} | redacted; printf '\\0'; }} | base64 -w 0")).Text)[0];

    private void WriteSecrets(params (string Name, string Value)[] secrets) => Folder.Write(
        "secrets.env", SystemdEnvironmentFile.Render(secrets.Select(s => KeyValuePair.Create(s.Name, new Secret(s.Value)))).Reveal());
}
