using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>
/// The scripts that give each node a scope inside its parent's, as Pester 5 does: what a block's BeforeAll sets is
/// seen by everything in the block, what a test sets is gone after it. They are scripts because only script can
/// dot-source one script block after another into one scope, and inside try an error of any kind ends the node.
/// </summary>
internal static class TestScope
{
    /// <summary>Runs a discovered node and what is in it.</summary>
    public static ScriptBlock Run { get; } = ScriptBlock.Create("""
        param($______pester)
        $______pesterArguments = $______pester.Arguments
        foreach ($______pesterItem in $______pester.GetVariables().GetEnumerator()) {
            $ExecutionContext.SessionState.PSVariable.Set($______pesterItem.Key, $______pesterItem.Value)
        }
        try {
            foreach ($______pesterItem in $______pester.Setups) {
                do { $null = . $______pesterItem @______pesterArguments } while ($false)
            }
            if ($______pester.NameScript) { $______pester.ExpandedName = & $______pester.NameScript }
            $______pester.Enter()
            if ($______pester.TestBody) {
                do { $null = . $______pester.TestBody @______pesterArguments } while ($false)
            }
            foreach ($______pesterItem in $______pester.Children) {
                if ($______pesterItem.Begin()) { & $______pesterItem.Scope $______pesterItem }
                $______pesterItem.End()
            }
        }
        catch {
            $______pester.Fail($_)
        }
        finally {
            foreach ($______pesterItem in $______pester.Teardowns) {
                try {
                    do { $null = . $______pesterItem @______pesterArguments } while ($false)
                }
                catch {
                    $______pester.Fail($_)
                }
            }
        }
        """);

    /// <summary>Runs the body of a block to find the blocks and tests in it.</summary>
    public static ScriptBlock Discover { get; } = ScriptBlock.Create("""
        param($______pester)
        $______pesterArguments = $______pester.Arguments
        foreach ($______pesterItem in $______pester.GetVariables().GetEnumerator()) {
            $ExecutionContext.SessionState.PSVariable.Set($______pesterItem.Key, $______pesterItem.Value)
        }
        try { do { $null = & $______pester.Body @______pesterArguments } while ($false) } catch { throw }
        """);

    /// <summary>Runs a test file to find the blocks in it.</summary>
    public static ScriptBlock DiscoverFile { get; } = ScriptBlock.Create("""
        param($______pester, $______pesterPath)
        try { do { $null = & $______pesterPath } while ($false) } catch { $______pester.Fail($_) }
        """);

    /// <summary>Runs a script block and returns the terminating error it ended with, if any.</summary>
    public static ScriptBlock Catch { get; } = ScriptBlock.Create("""
        param($______pesterBody)
        try { do { $null = & $______pesterBody } while ($false) } catch { $_ }
        """);
}
