using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>Runs test files.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Pester")]
[OutputType(typeof(TestRunResult))]
public sealed class InvokePesterCommand : PSCmdlet
{
    [Parameter(Position = 0)]
    public string[] Path { get; set; } = ["."];

    [Parameter]
    [Alias("Tag")]
    public string[] TagFilter { get; set; } = [];

    [Parameter]
    [Alias("ExcludeTag")]
    public string[] ExcludeTagFilter { get; set; } = [];

    [Parameter]
    [Alias("TestName")]
    public string[] FullNameFilter { get; set; } = [];

    [Parameter]
    public TestOutputLevel Output { get; set; } = TestOutputLevel.Normal;

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<string> files = [.. Path.SelectMany(p => GetResolvedProviderPathFromPSPath(p, out _)).SelectMany(TestFilesIn).Distinct()];
        if (files.Count == 0)
        {
            throw new PSInvalidOperationException($"No test files were found in '{string.Join(", ", Path)}'.");
        }

        var filter = new TestFilter(TagFilter, ExcludeTagFilter, FullNameFilter);
        TestRunResult result = new TestRun(SessionState, filter, new TestOutput(Host.UI, Output)).Execute(files);
        int failed = result.FailedCount + result.FailedBlocksCount + result.FailedContainersCount;
        SessionState.PSVariable.Set("global:LASTEXITCODE", failed);
        if (PassThru)
        {
            WriteObject(result);
        }
    }

    private static IEnumerable<string> TestFilesIn(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*.Tests.ps1", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        : [path];
}
