using System.Management.Automation;
using HostingDeploy.PowerShellHost.Hosting;

namespace Microsoft.PowerShell.Commands;

/// <summary>Writes what the session shows to a file as well.</summary>
[Cmdlet(VerbsLifecycle.Start, "Transcript", SupportsShouldProcess = true)]
[OutputType(typeof(string))]
public sealed class StartTranscriptCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    [Alias("LiteralPath", "PSPath")]
    public string Path { get; set; } = "";

    [Parameter]
    public SwitchParameter Append { get; set; }

    [Parameter]
    public SwitchParameter UseMinimalHeader { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string path = GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcess(path))
        {
            return;
        }

        if (!Append)
        {
            File.WriteAllText(path, "");
        }

        Engine.Call(Host.UI, "StartTranscribing", path, null, false, UseMinimalHeader.IsPresent);
        WriteObject(PSObject.AsPSObject($"Transcript started, output file is {path}"));
    }
}

/// <summary>Ends the transcript.</summary>
[Cmdlet(VerbsLifecycle.Stop, "Transcript")]
[OutputType(typeof(string))]
public sealed class StopTranscriptCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing() =>
        WriteObject($"Transcript stopped, output file is {Engine.Call(Host.UI, "StopTranscribing")}");
}
