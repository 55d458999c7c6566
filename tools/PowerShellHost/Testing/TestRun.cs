using System.Management.Automation;
using System.Management.Automation.Internal;
using Microsoft.PowerShell.Commands;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>One call of Invoke-Pester: finds the tests of all files first, then runs them.</summary>
public sealed class TestRun
{
    private readonly SessionState _session;
    private readonly TestRun? _outer;
    private readonly List<TestFile> _files = [];
    private TestBlock? _block;

    internal TestRun(SessionState session, TestFilter filter, TestOutput output)
    {
        _session = session;
        _outer = Current;
        Filter = filter;
        Output = output;
        Drive = null!;
    }

    /// <summary>The run that is under way; a test can start a run of its own inside it.</summary>
    internal static TestRun? Current { get; private set; }

    internal TestFilter Filter { get; }

    internal TestOutput Output { get; }

    internal TestDrive Drive { get; private set; }

    internal TestCase? CurrentTest { get; set; }

    /// <summary>The block that commands in a test file add to; outside of discovery there is none.</summary>
    internal TestBlock BlockFor(string command) => _block
        ?? throw new PSInvalidOperationException($"{command} cannot be used inside of a test or of its setups.");

    internal static TestRun Require(string command) => Current
        ?? throw new PSInvalidOperationException($"{command} can only be used in a file that Invoke-Pester runs.");

    internal TestRunResult Execute(IEnumerable<string> paths)
    {
        Current = this;
        try
        {
            foreach (string path in paths)
            {
                _files.Add(Discover(path));
            }

            foreach (TestFile file in _files)
            {
                Run(file);
            }
        }
        finally
        {
            Current = _outer;
        }

        var result = new TestRunResult(_files);
        Output.RunFinished(result);
        return result;
    }

    /// <summary>Adds a block and finds out what is in it.</summary>
    internal void DiscoverBlock(TestBlock block)
    {
        TestBlock parent = _block!;
        parent.Add(block);
        _block = block;
        try
        {
            ScriptBlocks.Collect(TestScope.Discover, AutomationNull.Value, useLocalScope: true, block);
        }
        finally
        {
            _block = parent;
        }
    }

    private TestFile Discover(string path)
    {
        var root = new TestBlock(this, null, path, null, new NodeOptions([], Skip: false, HasData: false, Data: null));
        _block = root;
        ScriptBlocks.Collect(TestScope.DiscoverFile, AutomationNull.Value, useLocalScope: true, root, path);
        _block = null;
        return new TestFile(path, root);
    }

    private void Run(TestFile file)
    {
        Output.FileStarted(file);
        if (!file.IsDiscovered)
        {
            Output.FileFailed(file);
            return;
        }

        if (!file.Root.Tests.Any())
        {
            Output.FileEmpty(file);
            return;
        }

        using (Drive = new TestDrive(_session, _outer?.Drive))
        {
            if (file.Root.Begin())
            {
                ScriptBlocks.Collect(TestScope.Run, AutomationNull.Value, useLocalScope: true, file.Root);
            }

            file.Root.End();
        }
    }
}
