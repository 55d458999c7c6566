using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace HostingDeploy.Commands;

/// <summary>Completes server names from the nearest hosting.yml.</summary>
public sealed class ServerNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        HostingNames.Complete(wordToComplete, file => file.Servers.Select(s => (s.Name, s.HostName)));
}
