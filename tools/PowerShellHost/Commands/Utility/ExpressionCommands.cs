using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using HostingDeploy.PowerShellHost.Hosting;

namespace Microsoft.PowerShell.Commands;

/// <summary>Runs text as a script.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Expression")]
public sealed class InvokeExpressionCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    public string Command { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => ScriptBlocks.Stream(this, InvokeCommand.NewScriptBlock(Command));
}

/// <summary>Reads a hashtable from a data file without running any code.</summary>
[Cmdlet(VerbsData.Import, "PowerShellDataFile", DefaultParameterSetName = "ByPath")]
[OutputType(typeof(Hashtable))]
public sealed class ImportPowerShellDataFileCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ByPath")]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "ByLiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in LiteralPath.Select(GetUnresolvedProviderPathFromPSPath)
            .Concat(Path.SelectMany(p => GetResolvedProviderPathFromPSPath(p, out _))))
        {
            Ast file = Parser.ParseFile(path, out _, out ParseError[] errors);
            if (errors.Length > 0)
            {
                Fail(path, "CouldNotParseAsPowerShellDataFile");
            }
            else if (file.Find(a => a is HashtableAst, searchNestedScriptBlocks: false) is HashtableAst table)
            {
                WriteObject(table.SafeGetValue());
            }
            else
            {
                Fail(path, "CouldNotParseAsPowerShellDataFileNoHashtableRoot");
            }
        }
    }

    private void Fail(string path, string errorId) => WriteError(new ErrorRecord(
        new InvalidOperationException($"The file '{path}' could not be parsed as a PowerShell Data File."),
        errorId, ErrorCategory.InvalidData, path));
}

/// <summary>Waits.</summary>
[Cmdlet(VerbsLifecycle.Start, "Sleep", DefaultParameterSetName = "Seconds")]
public sealed class StartSleepCommand : PSCmdlet, IDisposable
{
    private readonly ManualResetEventSlim _stopped = new();

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Seconds", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0.0, int.MaxValue / 1000.0)]
    public double Seconds { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Milliseconds", ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    [Alias("ms")]
    public int Milliseconds { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "FromTimeSpan", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ts")]
    public TimeSpan Duration { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _stopped.Wait(ParameterSetName switch
    {
        "Milliseconds" => TimeSpan.FromMilliseconds(Milliseconds),
        "FromTimeSpan" => Duration,
        _ => TimeSpan.FromSeconds(Seconds),
    });

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopped.Set();

    /// <summary>Frees the wait handle.</summary>
    public void Dispose() => _stopped.Dispose();
}

/// <summary>Writes objects on and keeps a copy in a file or a variable.</summary>
[Cmdlet("Tee", "Object", DefaultParameterSetName = "File")]
public sealed class TeeObjectCommand : PSCmdlet, IDisposable
{
    private readonly List<PSObject?> _kept = [];
    private SteppablePipeline? _file;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "File")]
    [Alias("Path")]
    public string FilePath { get; set; } = "";

    [Parameter(Mandatory = true, ParameterSetName = "LiteralFile")]
    [Alias("PSPath", "LP")]
    public string LiteralPath { get; set; } = "";

    [Parameter(ParameterSetName = "File")]
    public SwitchParameter Append { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Variable")]
    public string Variable { get; set; } = "";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Variable.Length == 0)
        {
            var options = new Hashtable { ["Append"] = Append, [LiteralPath.Length > 0 ? "LiteralPath" : "FilePath"] = LiteralPath + FilePath };
            _file = ScriptBlock.Create("param($options) Microsoft.PowerShell.Utility\\Out-File @options")
                .GetSteppablePipeline(CommandOrigin.Internal, [options]);
            _file.Begin(this);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _file?.Process(InputObject);
        _kept.Add(InputObject);
        WriteObject(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _file?.End();
        if (Variable.Length > 0)
        {
            SessionState.PSVariable.Set(Variable, _kept.Count == 1 ? _kept[0] : _kept.ToArray());
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();
}
