using System.Management.Automation;
using System.Management.Automation.Internal;
using HostingDeploy.PowerShellHost.Hosting;

namespace Microsoft.PowerShell.Commands;

/// <summary>Runs script blocks in the scope of a command's caller. Their errors go to the command's error stream.</summary>
internal static class ScriptBlocks
{
    private static readonly object s_writeErrors =
        Enum.Parse(Engine.Type("System.Management.Automation.ScriptBlock+ErrorHandlingBehavior"), "WriteToCurrentErrorPipe");

    /// <summary>Runs the block and lets its output flow on as the command's own.</summary>
    public static void Stream(PSCmdlet cmdlet, ScriptBlock script) => Engine.Call(
        script, "InvokeUsingCmdlet", cmdlet, false, s_writeErrors, AutomationNull.Value, Array.Empty<object>(), AutomationNull.Value, Array.Empty<object>());

    /// <summary>Runs the block and returns its output: nothing, one object or a list.</summary>
    public static object? Collect(ScriptBlock script, object? dollarUnder, bool useLocalScope, params object?[] arguments) => Engine.Call(
        script, "DoInvokeReturnAsIs", useLocalScope, s_writeErrors, dollarUnder, Array.Empty<object>(), AutomationNull.Value, arguments);
}
