using System.Text.RegularExpressions;
using HostingDeploy.Deployments;
using HostingDeploy.Sessions;
using HostingDeploy.Steps;
using HostingDeploy.Tests.Identity;
using Xunit;

namespace HostingDeploy.Tests.Steps;

/// <summary>What is heard of a server about an app holds none of the app's secrets.</summary>
public sealed class RedactionTests : IDisposable
{
    private const string Odd = "o\"dd\\one";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("change")]
    [InlineData("note")]
    [InlineData("diff")]
    [InlineData("skipped")]
    [InlineData("error.message")]
    [InlineData("error.action")]
    [InlineData("hold")]
    [InlineData("undone")]
    [InlineData("whatever a later step tells")]
    public void Every_fact_is_heard_without_them(string fact) =>
        Assert.Equal("it said ***\nand ***", Heard(Apps.Reply(0, (fact, $"it said {Apps.KeyBase}\nand {Apps.Password}"))).Fact(fact));

    [Theory]
    [InlineData("release", "20261123-191924-9a75693")]
    [InlineData("commit", "0123456789abcdef0123456789abcdef01234567")]
    public void A_name_stays_the_name_it_is(string fact, string value) => Assert.Equal(value, Heard(Apps.Reply(0, (fact, value))).Fact(fact));

    [Fact]
    public void A_line_that_lost_its_beginning_does_not_show_the_rest_of_one()
    {
        var tail = new OutputTail();
        tail.Add(new byte[1000]);
        tail.Add(System.Text.Encoding.ASCII.GetBytes($"key {Apps.KeyBase} is it"));
        tail.Add(System.Text.Encoding.ASCII.GetBytes(new string('x', (16 * 1024) - 19) + "\nlast"));
        Assert.StartsWith("…89abcdef is it", tail.Lines()[0], StringComparison.Ordinal);
        Assert.StartsWith("…*** is it", Heard(Apps.Reply(1, tail.Lines())).Tail[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_journal_is_read_back_without_them()
    {
        string who = Quoted($"{Odd}@laptop");
        string[] lines =
        [
            "{\"deployment\":\"d1\",\"kind\":\"deploy\",\"who\":" + who + ",\"since\":\"2026-11-25T10:00:00Z\",\"branch\":\"main\",\"setup\":false}",
            $$"""{"deployment":"d1","step":"Migrate","status":"failed","began":1.5,"ended":2.5,"release":"r1","commit":"c1","changes":["wrote {{Apps.KeyBase}}"],"error":"MigrationFailed","message":{{Quoted($"said {Odd},\n{Apps.Password}")}}}""",
        ];
        DeploymentRecord record = Assert.Single(State("journal", lines).Deployments());
        Assert.Equal("***@laptop", record.Who);
        Assert.Equal(("said ***,\n***", "wrote ***"), (record.Steps[0].Message, record.Steps[0].Changes[0]));
    }

    [Fact]
    public void A_secret_that_looks_like_a_word_of_the_journal_does_not_break_it()
    {
        HostingApp app = Apps.WithSecrets(_folder, "TOKEN=deployment", "OTHER=unchanged", "THIRD=20261125");
        DeploymentRecord record = Assert.Single(State("journal",
            [
                """{"deployment":"20261125-100000-0a1b","kind":"deploy","who":"me","since":"2026-11-25T10:00:00Z","branch":"main","setup":false}""",
                """{"deployment":"20261125-100000-0a1b","step":"Site","status":"unchanged","began":1,"ended":2,"release":"20261125-100000-9a75693","commit":"","changes":[],"error":"","message":""}""",
            ],
            app).Deployments());
        Assert.Equal(("20261125-100000-0a1b", "Unchanged", "20261125-100000-9a75693"), (record.Id, record.Steps[0].Status, record.Release));
    }

    [Fact]
    public void Whoever_holds_the_lock_is_told_without_them()
    {
        var owner = new LockOwner("d1", "deploy", $"{Odd}@laptop", DateTimeOffset.UnixEpoch, "main", false);
        Assert.Equal(owner with { Who = "***@laptop", Step = "Clone" }, State("owner", [owner.ToJson(), "Clone"]).Holder);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("none.env")]
    public void Without_the_secrets_all_is_heard_as_it_is(string? file)
    {
        StepContext context = Apps.Context(Apps.Cigar with { SecretsFile = file is null ? null : _folder.At(file) });
        Assert.Equal("fine", context.Redactor.Value.Strike(Apps.Reply(0, ("note", "fine"))).Fact("note"));
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_good_for_knowing_what_to_strike()
    {
        HostingApp app = Apps.WithSecrets(_folder, "ONE=first-secret", "this is no assignment", "TWO=second-secret");
        Tool.Run("chmod", "644", app.SecretsFile!);
        Assert.Equal("*** ***", Apps.Context(app).Redactor.Value.Strike("first-secret second-secret"));
    }

    [Fact]
    public void No_step_asks_a_session_itself()
    {
        string[] asking = [.. Directory.EnumerateFiles(Apps.Repository("src/HostingDeploy"), "*.cs", SearchOption.AllDirectories)
            .Where(file => Regex.IsMatch(File.ReadAllText(file), @"\b(Remote|IRemote\)session\))\.(RunAsync|LeaseAsync)\("))
            .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(["InvokeRemoteCommandCommand.cs", "StepContext.cs"], asking);
    }

    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private StepContext Context() => Apps.Context(Apps.WithSecrets(
        _folder, $"SECRET_KEY_BASE={Apps.KeyBase}", $"DATABASE_PASSWORD=\"{Apps.Password}\"", $"ODD='{Odd}'"));

    private ShellReply Heard(ShellReply reply) => Context().Redactor.Value.Strike(reply);

    private AppState State(string fact, string[] lines, HostingApp? app = null)
    {
        StepContext context = app is null ? Context() : Apps.Context(app);
        return new AppState(context.App, null!, context.Redactor.Value.Strike(Apps.Reply(0, (fact, string.Join('\n', lines)))));
    }
}
