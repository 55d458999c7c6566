using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>A Describe or Context, or the file around them.</summary>
public sealed class TestBlock : TestNode
{
    private readonly List<TestNode> _nodes = [];
    private bool _entered;
    private string[]? _drive;

    internal TestBlock(TestRun run, TestBlock? parent, string name, ScriptBlock? body, NodeOptions options)
        : base(run, parent, name, body, options)
    {
    }

    /// <summary>Whether it stands for the whole file.</summary>
    public bool IsRoot => Parent is null;

    /// <inheritdoc/>
    public override IEnumerable<ScriptBlock> Setups => BeforeAll;

    /// <inheritdoc/>
    public override IEnumerable<ScriptBlock> Teardowns => AfterAll;

    /// <inheritdoc/>
    public override IEnumerable<TestNode> Children => _nodes;

    internal List<ScriptBlock> BeforeAll { get; } = [];

    internal List<ScriptBlock> BeforeEach { get; } = [];

    internal List<ScriptBlock> AfterAll { get; } = [];

    internal List<ScriptBlock> AfterEach { get; } = [];

    internal int Depth => Parent is null ? -1 : Parent.Depth + 1;

    internal IEnumerable<TestCase> Tests => _nodes.SelectMany(n => n is TestBlock block ? block.Tests : [(TestCase)n]);

    /// <inheritdoc/>
    public override bool Begin()
    {
        base.Begin();
        if (!Tests.Any(t => t.IsSelected))
        {
            return false;
        }

        if (Tests.All(t => !t.IsSelected || t.SkipRequested))
        {
            // Nothing in here runs, so what prepares for it does not either.
            Enter();
            foreach (TestCase test in Tests)
            {
                test.Begin();
                test.End();
            }

            return false;
        }

        _drive = Run.Drive.Remember();
        return true;
    }

    /// <inheritdoc/>
    public override void Enter()
    {
        if (!_entered)
        {
            Run.Output.BlockStarted(this);
        }

        _entered = true;
    }

    /// <inheritdoc/>
    public override void End()
    {
        base.End();
        if (_drive is not null)
        {
            Run.Drive.Restore(_drive);
        }

        if (ErrorRecord.Count > 0)
        {
            Enter();
            int notRun = Tests.Count(t => t.FailUnlessRun($"A setup of the block '{ExpandedPath}' failed."));
            Run.Output.BlockFailed(this, notRun);
        }

        Result = ErrorRecord.Count > 0 || _nodes.Exists(n => n.Result == TestOutcome.Failed) ? TestOutcome.Failed
            : _nodes.Exists(n => n.Result == TestOutcome.Passed) ? TestOutcome.Passed
            : _nodes.Exists(n => n.Result == TestOutcome.Skipped) ? TestOutcome.Skipped
            : TestOutcome.NotRun;
    }

    internal void Add(TestNode node) => _nodes.Add(node);
}
