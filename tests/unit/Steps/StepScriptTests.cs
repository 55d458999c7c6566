using System.Text.RegularExpressions;
using HostingDeploy.Remote;
using HostingDeploy.Steps;
using HostingDeploy.Tests.Identity;
using HostingDeploy.Tests.Remote;
using Xunit;

namespace HostingDeploy.Tests.Steps;

/// <summary>The steps and their remote halves.</summary>
public sealed partial class StepScriptTests : IDisposable
{
    /// <summary>What bash and the shell at the far end set.</summary>
    private static readonly string[] s_given = ["BASHPID", "EPOCHREALTIME", "EPOCHSECONDS", "SECONDS", "HD_NONCE", "HD_ID", "PATH", "PWD", "IFS"];

    private readonly TempFolder _folder = new();

    public static TheoryData<DeployStepName> Steps => [.. DeploySteps.All.Select(s => s.Name)];

    public static TheoryData<string> Scripts => [.. Names()];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_steps_are_those_of_the_specification_in_their_order()
    {
        Assert.Equal(Enum.GetValues<DeployStepName>(), DeploySteps.All.Select(s => s.Name));
        Assert.Equal(
            [DeployStepName.PgUser, DeployStepName.CreateDatabase, DeployStepName.Certificate],
            DeploySteps.All.Where(s => s.OnlyWithSetup).Select(s => s.Name));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Every_parameter_a_script_reads_is_set(DeployStepName name)
    {
        string text = Prepare(name, out string head, out string script);
        string all = text + RemoteLibrary.Functions;
        string[] read = [.. Reads().Matches(script).Select(m => m.Groups[1].Value).Distinct().Except(s_given)];
        Assert.NotEmpty(head);
        Assert.DoesNotContain(read, variable => !Regex.IsMatch(all, $@"(?m)(?:^|[\s;({{&|]){variable}\+?=|\bread [^<\n]*\b{variable}\b"));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Every_step_names_the_cmdlet_that_does_it_alone(DeployStepName name)
    {
        DeployStep step = DeploySteps.All.Single(s => s.Name == name);
        Assert.Contains(step.Cmdlet, Exported());
        Assert.NotEmpty(step.Action);
        Assert.Contains("web1", step.Target(Apps.Cigar), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void No_step_sends_a_secret_it_does_not_need(DeployStepName name)
    {
        string text = Prepare(name, out _, out _);
        // Sync-Secrets writes the password; Update-AppDatabase asks the database as the app's role.
        Assert.Equal(name is DeployStepName.Secrets or DeployStepName.Migrate, text.Contains(Apps.Password, StringComparison.Ordinal));
        Assert.Equal(name == DeployStepName.Secrets, text.Contains(Apps.KeyBase, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_plan_is_told_to_the_script(DeployStepName name)
    {
        DeployStep step = DeploySteps.All.Single(s => s.Name == name);
        StepContext context = Apps.Context(Apps.WithSecrets(_folder));
        Assert.Contains("\nPLAN='1'\n", ScriptText.Of(step.Prepare(context, plan: true)), StringComparison.Ordinal);
        Assert.Contains("\nPLAN=''\n", ScriptText.Of(step.Prepare(context, plan: false)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Bash_can_read_every_script(string name)
    {
        string file = _folder.Write("script.sh", RemoteLibrary.Read(name));
        (int exitCode, _, string error) = Tool.TryRun(null, "bash", "-n", file);
        Assert.True(exitCode == 0, error);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_error_has_an_id_for_scripts_and_an_action_that_exists(string name)
    {
        string text = RemoteLibrary.Read(name).Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (Match call in Fails().Matches(text))
        {
            Assert.Matches("^([A-Z][a-z]*){2,}$", call.Groups["id"].Value);
        }

        string[] cmdlets = [.. Cmdlets().Matches(text).Select(m => m.Value).Distinct()];
        Assert.Empty(cmdlets.Except(Exported()));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void PostgreSQL_s_superuser_enters_the_database_postgres_alone(string name)
    {
        string text = RemoteLibrary.Read(name).Replace("\\\n", " ", StringComparison.Ordinal);
        Assert.All(AdminCalls().Matches(text).Cast<Match>(), call => Assert.Matches(@"^(?:\(\)|:| <<)", call.Groups["with"].Value));
        Match[] superusers = [.. Superusers().Matches(text).Cast<Match>()];
        Assert.Equal(name == "Remote/postgres.sh" ? 1 : 0, superusers.Length);
        Assert.All(superusers, s => Assert.Contains(" -d postgres -c 'SET search_path = pg_catalog, pg_temp' -f -)", s.Value, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names() => typeof(RemoteLibrary).Assembly.GetManifestResourceNames()
        .Where(n => n.EndsWith(".sh", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static string[] Exported() =>
        [.. Cmdlets().Matches(File.ReadAllText(Apps.Repository("HostingDeploy.psd1"))).Select(m => m.Value)];

    private string Prepare(DeployStepName name, out string head, out string script)
    {
        DeployStep step = DeploySteps.All.Single(s => s.Name == name);
        string text = ScriptText.Of(step.Prepare(Apps.Context(Apps.WithSecrets(_folder)), plan: false));
        string resource = Names().Single(n => n.StartsWith("Steps/", StringComparison.Ordinal) && text.EndsWith(RemoteLibrary.Read(n), StringComparison.Ordinal));
        script = RemoteLibrary.Read(resource);
        head = text[..^script.Length];
        return text;
    }

    [GeneratedRegex(@"\$\{?([A-Z][A-Z_]+)(?![A-Za-z0-9_]|[:]?[-+])")]
    private static partial Regex Reads();

    [GeneratedRegex(@"\bpsql_admin(?<with>.{0,3})")]
    private static partial Regex AdminCalls();

    [GeneratedRegex(@"(?m)^.*(?:-u|--user|su|sudo)\s+postgres\b.*$")]
    private static partial Regex Superusers();

    [GeneratedRegex("""\bfail(?:_health "?\$?\w+"?)? (?<id>\w+) ["']""")]
    private static partial Regex Fails();

    [GeneratedRegex(@"(?<!-)\b[A-Z][a-z]+-[A-Z][A-Za-z]+\b")]
    private static partial Regex Cmdlets();
}
