using HostingDeploy.Deployments;
using Xunit;

namespace HostingDeploy.Tests.Deployments;

/// <summary>The text of the lock file: whose it is, and how far they are.</summary>
public sealed class LockOwnerTests
{
    private static readonly LockOwner s_owner = new("20261125-100000-0a1b", "deploy", "ops@laptop", new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero), "main", false);

    [Fact]
    public void OwnerIsReadBack() => Assert.Equal(s_owner, LockOwner.Parse(s_owner.ToJson()));

    [Fact]
    public void LastStepBegunIsTheOneItIsAt() =>
        Assert.Equal(s_owner with { Step = "hook before Migrate" }, LockOwner.Parse($"{s_owner.ToJson()}\nBundle\nhook before Migrate\n"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{\"deployment\":")]
    public void TextThatIsNotWrittenYetIsNobodys(string? text) => Assert.Null(LockOwner.Parse(text));
}
