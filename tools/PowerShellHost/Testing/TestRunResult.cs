using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>A test file and what came of it.</summary>
public sealed class TestFile
{
    internal TestFile(string path, TestBlock root)
    {
        Item = new FileInfo(path);
        Root = root;

        // Errors that are there before anything ran come from reading the file.
        IsDiscovered = root.ErrorRecord.Count == 0;
    }

    /// <summary>The file.</summary>
    public FileInfo Item { get; }

    /// <summary>Whether the file could be read and its tests found.</summary>
    public bool IsDiscovered { get; }

    /// <summary>How it ended.</summary>
    public TestOutcome Result => IsDiscovered ? Root.Result : TestOutcome.Failed;

    /// <summary>Why the file could not be read, or what failed around its tests.</summary>
    public IList<ErrorRecord> ErrorRecord => Root.ErrorRecord;

    /// <summary>The blocks and tests at the top of the file.</summary>
    public IEnumerable<TestNode> Blocks => Root.Children;

    internal TestBlock Root { get; }
}

/// <summary>What came of a run; the counts are named as Pester names them.</summary>
public sealed class TestRunResult
{
    internal TestRunResult(IReadOnlyList<TestFile> files)
    {
        Containers = files;
        Tests = [.. files.SelectMany(f => f.Root.Tests)];
    }

    /// <summary>Passed, or Failed when anything at all failed.</summary>
    public string Result => FailedCount + FailedBlocksCount + FailedContainersCount > 0 ? "Failed" : "Passed";

    /// <summary>The test files.</summary>
    public IReadOnlyList<TestFile> Containers { get; }

    /// <summary>Every test that was found.</summary>
    public IReadOnlyList<TestCase> Tests { get; }

    /// <summary>The tests that passed.</summary>
    public IReadOnlyList<TestCase> Passed => Having(TestOutcome.Passed);

    /// <summary>The tests that failed.</summary>
    public IReadOnlyList<TestCase> Failed => Having(TestOutcome.Failed);

    /// <summary>The tests that were skipped.</summary>
    public IReadOnlyList<TestCase> Skipped => Having(TestOutcome.Skipped);

    /// <summary>How many tests were found.</summary>
    public int TotalCount => Tests.Count;

    /// <summary>How many tests passed.</summary>
    public int PassedCount => Passed.Count;

    /// <summary>How many tests failed.</summary>
    public int FailedCount => Failed.Count;

    /// <summary>How many tests were skipped.</summary>
    public int SkippedCount => Skipped.Count;

    /// <summary>How many tests a filter left out.</summary>
    public int NotRunCount => Having(TestOutcome.NotRun).Count;

    /// <summary>How many blocks failed outside of their tests.</summary>
    public int FailedBlocksCount => Containers.Sum(c => c.IsDiscovered ? CountFailed(c.Root) : 0);

    /// <summary>How many files could not be read.</summary>
    public int FailedContainersCount => Containers.Count(c => !c.IsDiscovered);

    private List<TestCase> Having(TestOutcome outcome) => [.. Tests.Where(t => t.Result == outcome)];

    private static int CountFailed(TestBlock block) =>
        (block.ErrorRecord.Count > 0 ? 1 : 0) + block.Children.OfType<TestBlock>().Sum(CountFailed);
}
