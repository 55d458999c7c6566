using System.Management.Automation;
using Xunit;

namespace HostingDeploy.Tests.Steps;

/// <summary>How a failed step reads.</summary>
public sealed class StepFailedExceptionTests
{
    [Fact]
    public void Says_which_step_of_which_app_where_and_why() =>
        Assert.Equal("Step 8 (Migrate) of cigar failed on web1: It broke.", Failed().Message);

    [Fact]
    public void Shows_the_last_lines_without_the_empty_ones()
    {
        string[] output = [.. Enumerable.Range(1, 40).SelectMany(i => new[] { $"line {i}", string.Empty })];
        StepFailedException failed = Failed(output);
        string[] lines = failed.Message.Split('\n');
        Assert.Equal("Last lines from web1:", lines[1]);
        Assert.Equal(Enumerable.Range(26, 15).Select(i => $"  line {i}"), lines[2..]);
        Assert.Equal(output, failed.Output);
    }

    [Fact]
    public void Becomes_an_error_record_a_script_can_use()
    {
        ErrorRecord record = Failed().ToErrorRecord();
        Assert.Equal("MigrationFailed", record.FullyQualifiedErrorId);
        Assert.Equal("web1: Migrate of cigar", record.TargetObject);
        Assert.Equal("Update-AppDatabase cigar", record.ErrorDetails.RecommendedAction);
        Assert.Equal(record.Exception.Message, record.ErrorDetails.Message);
    }

    [Theory]
    [InlineData("ToolMissing", ErrorCategory.NotInstalled)]
    [InlineData("GitHostKeyChanged", ErrorCategory.SecurityError)]
    [InlineData("DeployKeyRefused", ErrorCategory.AuthenticationError)]
    [InlineData("GitHostUnreachable", ErrorCategory.ConnectionError)]
    [InlineData("BranchNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("DatabaseMissing", ErrorCategory.ObjectNotFound)]
    [InlineData("FileNotWritten", ErrorCategory.WriteError)]
    [InlineData("OutOfMemory", ErrorCategory.ResourceUnavailable)]
    [InlineData("DebugGemInProduction", ErrorCategory.InvalidData)]
    [InlineData("MigrationFailed", ErrorCategory.InvalidResult)]
    public void Has_a_category_that_fits(string errorId, ErrorCategory category) =>
        Assert.Equal(category, new StepFailedException(errorId, "It broke.", DeployStepName.Bundle, Apps.Cigar, [], "x").Category);

    private static StepFailedException Failed(params string[] output) =>
        new("MigrationFailed", "It broke.", DeployStepName.Migrate, Apps.Cigar, output, "Update-AppDatabase cigar");
}
