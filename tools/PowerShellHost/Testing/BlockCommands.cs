using System.Collections;
using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>What blocks and tests are declared with. PowerShell has no commands without a verb but by alias.</summary>
public abstract class NodeCommand : PSCmdlet
{
    private bool _hasData;
    private object?[] _data = [];

    [Parameter(Position = 0, Mandatory = true)]
    public string Name { get; set; } = "";

    [Parameter]
    [Alias("Tags")]
    public string[] Tag { get; set; } = [];

    [Parameter]
    public SwitchParameter Skip { get; set; }

    [Parameter]
    [Alias("TestCases")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ForEach
    {
        get => _data;
        set
        {
            _hasData = true;
            _data = value ?? [];
        }
    }

    private protected IEnumerable<NodeOptions> Options
    {
        get
        {
            foreach (object? element in _hasData ? _data : [null])
            {
                object? data = element is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : element;
                yield return new NodeOptions(Tag, Skip, _hasData, data);
            }
        }
    }
}

/// <summary>Declares a block of tests.</summary>
[Cmdlet(VerbsCommon.Add, "PesterBlock")]
[Alias("Describe", "Context")]
public sealed class AddPesterBlockCommand : NodeCommand
{
    [Parameter(Position = 1, Mandatory = true)]
    public ScriptBlock Fixture { get; set; } = null!;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TestRun run = TestRun.Require(MyInvocation.InvocationName);
        TestBlock parent = run.BlockFor(MyInvocation.InvocationName);
        foreach (NodeOptions options in Options)
        {
            run.DiscoverBlock(new TestBlock(run, parent, Name, Fixture, options));
        }
    }
}

/// <summary>Declares a test.</summary>
[Cmdlet(VerbsCommon.Add, "PesterTest")]
[Alias("It")]
public sealed class AddPesterTestCommand : NodeCommand
{
    [Parameter(Position = 1, Mandatory = true)]
    public ScriptBlock Test { get; set; } = null!;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TestRun run = TestRun.Require("It");
        TestBlock parent = run.BlockFor("It");
        if (parent.IsRoot)
        {
            throw new PSInvalidOperationException($"The test '{Name}' must be inside of a Describe or a Context.");
        }

        foreach (NodeOptions options in Options)
        {
            parent.Add(new TestCase(run, parent, Name, Test, options));
        }
    }
}

/// <summary>What the setups and teardowns are declared with.</summary>
public abstract class SetupCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public ScriptBlock Scriptblock { get; set; } = null!;

    private protected TestBlock Block => TestRun.Require(MyInvocation.InvocationName).BlockFor(MyInvocation.InvocationName);
}

/// <summary>Declares what runs once before the tests of a block.</summary>
[Cmdlet(VerbsCommon.Add, "PesterBeforeAll")]
[Alias("BeforeAll")]
public sealed class AddPesterBeforeAllCommand : SetupCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Block.BeforeAll.Add(Scriptblock);
}

/// <summary>Declares what runs before each test of a block.</summary>
[Cmdlet(VerbsCommon.Add, "PesterBeforeEach")]
[Alias("BeforeEach")]
public sealed class AddPesterBeforeEachCommand : SetupCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Block.BeforeEach.Add(Scriptblock);
}

/// <summary>Declares what runs once after the tests of a block.</summary>
[Cmdlet(VerbsCommon.Add, "PesterAfterAll")]
[Alias("AfterAll")]
public sealed class AddPesterAfterAllCommand : SetupCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Block.AfterAll.Add(Scriptblock);
}

/// <summary>Declares what runs after each test of a block.</summary>
[Cmdlet(VerbsCommon.Add, "PesterAfterEach")]
[Alias("AfterEach")]
public sealed class AddPesterAfterEachCommand : SetupCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Block.AfterEach.Add(Scriptblock);
}

/// <summary>Runs a script block while tests are found, in the scope of its caller.</summary>
[Cmdlet(VerbsCommon.Add, "PesterBeforeDiscovery")]
[Alias("BeforeDiscovery")]
public sealed class AddPesterBeforeDiscoveryCommand : SetupCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _ = Block;
        Microsoft.PowerShell.Commands.ScriptBlocks.Collect(
            Scriptblock, System.Management.Automation.Internal.AutomationNull.Value, useLocalScope: false);
    }
}

/// <summary>Ends the running test as skipped.</summary>
[Cmdlet(VerbsCommon.Set, "ItResult")]
public sealed class SetItResultCommand : PSCmdlet
{
    [Parameter(Mandatory = true)]
    public SwitchParameter Skipped { get; set; }

    [Parameter]
    public string Because { get; set; } = "";

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (TestRun.Require("Set-ItResult").CurrentTest is null)
        {
            throw new PSInvalidOperationException("Set-ItResult can only be used in a test.");
        }

        string reason = Because.Length > 0 ? $"is skipped, because {Because}" : "is skipped";
        throw AssertionException.Thrown(reason, TestCase.SkippedId, MyInvocation);
    }
}
