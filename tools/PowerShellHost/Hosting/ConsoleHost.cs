using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace HostingDeploy.PowerShellHost.Hosting;

/// <summary>The engine's view of this process.</summary>
internal sealed class ConsoleHost(ConsoleUserInterface ui) : PSHost
{
    private readonly ConsoleUserInterface _ui = ui;

    /// <summary>The code of an <c>exit</c> statement, once one has run.</summary>
    public int? ExitCode { get; private set; }

    // pwsh's own name: scripts choose console behaviour by it.
    public override string Name => "ConsoleHost";

    public override Version Version { get; } = typeof(PSObject).Assembly.GetName().Version!;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override PSHostUserInterface UI => _ui;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void NotifyBeginApplication() => _ui.ClearProgress();

    public override void NotifyEndApplication()
    {
    }

    public override void EnterNestedPrompt() =>
        throw new PSNotSupportedException("This host has no nested prompt. Run the command in pwsh to answer 'Suspend'.");

    public override void ExitNestedPrompt() => throw new PSNotSupportedException("This host has no nested prompt.");
}
