using HostingDeploy.Deployments;
using HostingDeploy.Tests.Steps;
using Xunit;

namespace HostingDeploy.Tests.Deployments;

/// <summary>The journal, read whatever has become of it on the server's disk.</summary>
public sealed class JournalTests
{
    private const string Begin = """{"deployment":"d1","kind":"deploy","who":"me","since":"2026-11-25T10:00:00Z","branch":"main","setup":false}""";
    private const string Step = """{"deployment":"d1","step":"Site","status":"changed","began":1795600801,"ended":1795600803.5,"release":"r1","commit":"c1","changes":["x"],"error":"","message":""}""";
    private const string End = """{"deployment":"d1","end":true}""";

    [Fact]
    public void A_deployment_is_read()
    {
        DeploymentRecord record = Assert.Single(Read(Begin, Step, End));
        Assert.Equal(("d1", "deploy", "me", "main", false), (record.Id, record.Kind, record.Who, record.Branch, record.Setup));
        Assert.Equal((DeploymentOutcome.Succeeded, "r1", "c1"), (record.Status, record.Release, record.Commit));
        StepRecord step = Assert.Single(record.Steps);
        Assert.Equal((DeployStepName.Site, "Changed", TimeSpan.FromSeconds(2.5)), (step.Step, step.Status, step.Duration));
        Assert.Equal(["x"], step.Changes);
        Assert.Null(step.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"deployment\":\"d1\",\"step\":\"Clo")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"deployment\":7,\"end\":true}")]
    [InlineData("{\"deployment\":\"d1\"}")]
    [InlineData("{\"deployment\":\"d1\",\"kind\":\"deploy\",\"who\":\"me\",\"since\":\"yesterday\",\"branch\":\"main\",\"setup\":false}")]
    [InlineData("{\"deployment\":\"d2\",\"kind\":\"deploy\",\"who\":\"me\",\"branch\":\"main\",\"setup\":false}")]
    [InlineData("{\"deployment\":\"d2\",\"kind\":\"deploy\",\"who\":7,\"since\":\"2026-11-25T10:00:00Z\",\"branch\":\"main\",\"setup\":false}")]
    [InlineData("{\"deployment\":\"d1\",\"step\":\"Dance\",\"status\":\"changed\",\"began\":1,\"ended\":2,\"changes\":[]}")]
    [InlineData("{\"deployment\":\"d1\",\"step\":\"Site\",\"status\":\"changed\",\"began\":\"1\",\"ended\":2,\"changes\":[]}")]
    [InlineData("{\"deployment\":\"d1\",\"step\":\"Site\",\"status\":\"changed\",\"began\":1,\"ended\":1e300,\"changes\":[]}")]
    [InlineData("{\"deployment\":\"d1\",\"step\":\"Site\",\"status\":\"changed\",\"began\":1,\"changes\":[]}")]
    [InlineData("{\"deployment\":\"d1\",\"step\":\"Site\",\"status\":\"changed\",\"began\":1,\"ended\":2,\"changes\":[null]}")]
    [InlineData("{\"deployment\":\"d1\",\"step\":\"Site\",\"status\":\"changed\",\"began\":1,\"ended\":2,\"changes\":{}}")]
    [InlineData("{\"deployment\":\"d1\",\"step\":\"Site\",\"hook\":\"beside\",\"status\":\"done\",\"began\":1,\"ended\":2,\"changes\":[]}")]
    public void A_line_that_is_none_is_passed_over_and_the_others_are_read(string line)
    {
        DeploymentRecord record = Assert.Single(Read(line, Begin, line, Step, line, End, line));
        Assert.Equal((DeploymentOutcome.Succeeded, 1), (record.Status, record.Steps.Count));
    }

    [Fact]
    public void A_deployment_without_its_beginning_is_not_told() => Assert.Empty(Read(Step, End));

    private static DeploymentRecord[] Read(params string[] lines) =>
        [.. new AppState(Apps.Cigar, null!, Apps.Reply(0, ("journal", string.Join('\n', lines)))).Deployments()];
}
