using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>An It.</summary>
public sealed class TestCase : TestNode
{
    /// <summary>The id of the error by which Set-ItResult leaves a test.</summary>
    internal const string SkippedId = "PesterTestSkipped";

    private int _assertions;
    private bool _begun;

    internal TestCase(TestRun run, TestBlock parent, string name, ScriptBlock body, NodeOptions options)
        : base(run, parent, name, body, options)
    {
    }

    /// <inheritdoc/>
    public override ScriptBlock? TestBody => Body;

    /// <inheritdoc/>
    public override IEnumerable<ScriptBlock> Setups => Ancestors.Reverse().SelectMany(b => b.BeforeEach);

    /// <inheritdoc/>
    public override IEnumerable<ScriptBlock> Teardowns => Ancestors.SelectMany(b => b.AfterEach);

    /// <summary>Whether the filters of the run let it through.</summary>
    internal bool IsSelected => Run.Filter.Selects(this);

    private IEnumerable<TestBlock> Ancestors
    {
        get
        {
            for (TestBlock? block = Parent; block is not null; block = block.Parent)
            {
                yield return block;
            }
        }
    }

    /// <inheritdoc/>
    public override bool Begin()
    {
        base.Begin();
        if (!IsSelected)
        {
            return false;
        }

        _begun = true;
        if (SkipRequested)
        {
            Result = TestOutcome.Skipped;
            return false;
        }

        Run.CurrentTest = this;
        return true;
    }

    /// <inheritdoc/>
    public override void End()
    {
        base.End();
        if (!_begun)
        {
            return;
        }

        Run.CurrentTest = null;
        if (Result == TestOutcome.NotRun)
        {
            Judge();
        }

        Run.Output.TestFinished(this);
    }

    internal void CountAssertion() => _assertions++;

    /// <summary>Counts the test as failed if it could not even start; false if it did start.</summary>
    internal bool FailUnlessRun(string reason)
    {
        if (_begun || !IsSelected)
        {
            return false;
        }

        _begun = true;
        Fail(new ErrorRecord(new InvalidOperationException(reason), "PesterSetupFailed", ErrorCategory.InvalidResult, this));
        Result = TestOutcome.Failed;
        return true;
    }

    private void Judge()
    {
        if (ErrorRecord is [{ FullyQualifiedErrorId: SkippedId }])
        {
            Result = TestOutcome.Skipped;
            return;
        }

        if (ErrorRecord.Count == 0 && _assertions == 0)
        {
            Fail(new ErrorRecord(
                new InvalidOperationException("No assertion ran: the test ended without reaching a Should."),
                "PesterNoAssertion", ErrorCategory.InvalidResult, this));
        }

        Result = ErrorRecord.Count == 0 ? TestOutcome.Passed : TestOutcome.Failed;
    }
}
