using System.Collections;
using System.Management.Automation;
using HostingDeploy.PowerShellHost.Hosting;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>A Should that did not hold.</summary>
internal sealed class AssertionException : Exception
{
    private AssertionException(string message)
        : base(message)
    {
    }

    /// <summary>
    /// Wraps the message so that it ends the test as a throw statement would: the engine then leaves the error id
    /// as it is, without the name of the command.
    /// </summary>
    public static RuntimeException Thrown(string message, string errorId, InvocationInfo caller)
    {
        var place = new Hashtable
        {
            ["Message"] = message,
            ["File"] = caller.ScriptName,
            ["Line"] = caller.ScriptLineNumber,
            ["LineText"] = caller.Line.Trim(),
        };
        var inner = new AssertionException(message);
        var thrown = new RuntimeException(message, inner, new ErrorRecord(inner, errorId, ErrorCategory.InvalidResult, place));
        Engine.Set(thrown, "WasThrownFromThrowStatement", true);
        return thrown;
    }
}
