using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Names of hosting.yml, for completion at the prompt.</summary>
internal static class HostingNames
{
    /// <summary>The names that begin with what was typed; nothing at all while the file cannot be read.</summary>
    internal static IEnumerable<CompletionResult> Complete(string? word, Func<HostingFile, IEnumerable<(string Name, string Tip)>> names)
    {
        string typed = (word ?? string.Empty).Trim('\'', '"');
        try
        {
            // A completer is not told the session: PowerShell keeps the process's own folder out of this, so ask it.
            using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            string folder = shell.AddCommand("Get-Location").Invoke<PathInfo>().Single().ProviderPath;
            return [.. names(HostingFile.Load(HostingFile.Find(folder)))
                .Where(n => n.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .Select(n => new CompletionResult(n.Name, n.Name, CompletionResultType.ParameterValue, n.Tip))];
        }
        catch (DeployException)
        {
            return [];
        }
    }
}
