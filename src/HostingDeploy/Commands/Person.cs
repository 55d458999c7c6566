using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace HostingDeploy.Commands;

/// <summary>Whoever sits at the prompt, if anybody does. To be called on the pipeline's thread.</summary>
internal static class Person
{
    /// <summary>Whether somebody can be asked. A question that nobody answers would stand in a script's output.</summary>
    internal static bool IsThere => !Console.IsInputRedirected && !Array.Exists(
        Environment.GetCommandLineArgs(), a => a.StartsWith("-noni", StringComparison.OrdinalIgnoreCase));

    /// <summary>Asks for a secret; null where nobody can be asked, or gives one.</summary>
    internal static SecureString? AskSecret(PSCmdlet cmdlet, string question) => Ask(() =>
    {
        cmdlet.Host.UI.Write(question + ": ");
        return cmdlet.Host.UI.ReadLineAsSecureString() is { Length: > 0 } answer ? answer : null;
    });

    /// <summary>Asks whether to take a risk: no, unless somebody says yes.</summary>
    internal static bool TakesRisk(PSCmdlet cmdlet, string question, string caption) => Ask(() =>
    {
        // With a security impact the answer of somebody who only presses Enter is no. What is said to one question is not said to others.
        bool yesToAll = false, noToAll = false;
        return cmdlet.ShouldContinue(question, caption, hasSecurityImpact: true, ref yesToAll, ref noToAll);
    });

    private static T? Ask<T>(Func<T> question)
    {
        try
        {
            return IsThere ? question() : default;
        }
        catch (Exception e) when (e is PSInvalidOperationException or PSNotImplementedException or HostException or NotImplementedException)
        {
            // A background runspace may have no host of its own.
            return default;
        }
    }
}
