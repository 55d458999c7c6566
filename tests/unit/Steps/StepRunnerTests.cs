using HostingDeploy.Steps;
using HostingDeploy.Tests.Identity;
using Xunit;

namespace HostingDeploy.Tests.Steps;

/// <summary>How a server's answer reads.</summary>
public sealed class StepRunnerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_changes_nothing_was_changed()
    {
        StepResult result = Apps.Result(new SiteStep(), Apps.Reply(0, ("note", "fine"), ("release", "r1")));
        Assert.Equal(StepStatus.Unchanged, result.Status);
        Assert.Equal(["fine"], result.Notes);
        Assert.Equal("r1", result.Release);
    }

    [Fact]
    public void Changes_are_told_in_their_order()
    {
        StepResult result = Apps.Result(new SiteStep(), Apps.Reply(0, ("change", "write a"), ("diff", "--- a"), ("change", "link b"), ("gems", "95"), ("gems", "96")));
        Assert.Equal(StepStatus.Changed, result.Status);
        Assert.Equal(["write a", "link b"], result.Changes);
        Assert.Equal(["--- a"], result.Diffs);
        Assert.Equal([new("gems", "96")], result.Facts);
        Assert.Equal(DeployStepName.Site, result.Step);
        Assert.Equal("web1", result.Server);
    }

    [Theory]
    [InlineData("change", StepStatus.WouldChange)]
    [InlineData("note", StepStatus.Unchanged)]
    [InlineData("skipped", StepStatus.Skipped)]
    public void A_plan_says_what_would_be(string fact, StepStatus status) =>
        Assert.Equal(status, Apps.Result(new SiteStep(), Apps.Reply(0, (fact, "x")), plan: true).Status);

    [Fact]
    public void A_step_with_nothing_to_do_says_why()
    {
        StepResult result = Apps.Result(new AssetsStep(), Apps.Reply(0, ("note", "more"), ("skipped", "the app has no asset pipeline")));
        Assert.Equal(StepStatus.Skipped, result.Status);
        Assert.Equal(["the app has no asset pipeline", "more"], result.Notes);
    }

    [Fact]
    public void The_release_asked_for_stays_when_the_step_names_none() =>
        Assert.Equal("r7", Apps.Result(new SiteStep(), Apps.Reply(0), context: Apps.Context() with { Release = "r7" }).Release);

    [Fact]
    public void A_failure_carries_what_the_script_said()
    {
        StepFailedException failed = Apps.Failure(new BundleStep(), Apps.Reply(
            64, ["Fetching rails"], ("error.id", "BundleFailed"), ("error.message", "bundle install failed."), ("error.action", "Install-AppBundle cigar -Force")));
        Assert.Equal("BundleFailed", failed.ErrorId);
        Assert.Equal("Install-AppBundle cigar -Force", failed.RecommendedAction);
        Assert.Equal(["Fetching rails"], failed.Output);
        Assert.Equal((DeployStepName.Bundle, "cigar", "web1"), (failed.Step, failed.App, failed.Server));
    }

    [Fact]
    public void A_script_that_died_is_a_failure_with_its_status()
    {
        StepFailedException failed = Apps.Failure(new BundleStep(), Apps.Reply(137));
        Assert.Equal("StepFailed", failed.ErrorId);
        Assert.Contains("Install-AppBundle failed on web1 (exit status 137)", failed.Message, StringComparison.Ordinal);
        Assert.Equal("Install-AppBundle cigar", failed.RecommendedAction);
    }

    [Theory]
    [InlineData("key is 0123456789abcdef0123456789abcdef!", "key is ***!")]
    [InlineData("password correct horse", "password ***")]
    [InlineData("url postgresql://cigar_management_system_production:correct%20horse@localhost:5432/cigar_management_system_production", "url ***")]
    [InlineData("token abcdef and abcdefghij", "token *** and ***")]
    [InlineData("-----BEGIN KEY-----", "***")]
    [InlineData("second line of it", "***")]
    [InlineData("nothing of that kind", "nothing of that kind")]
    public void Secrets_are_struck_out_of_what_is_shown(string line, string shown)
    {
        HostingApp app = Apps.WithSecrets(
            _folder, $"SECRET_KEY_BASE={Apps.KeyBase}", $"DATABASE_PASSWORD=\"{Apps.Password}\"",
            "SHORT_TOKEN=abcdef", "LONG_TOKEN=abcdefghij", "SIGNING=\"-----BEGIN KEY-----\nsecond line of it\"");
        StepContext context = Apps.Context(app);
        StepFailedException failed = Apps.Failure(new MigrateStep(), Apps.Reply(64, [line], ("error.id", "MigrationFailed"), ("error.message", $"It said: {line}")), context);
        Assert.Equal([shown], failed.Output);
        Assert.Contains($"It said: {shown}\n", failed.Message, StringComparison.Ordinal);
    }
}
