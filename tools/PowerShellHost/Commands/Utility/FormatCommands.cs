using System.Management.Automation;
using System.Text;
using HostingDeploy.PowerShellHost.Hosting;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace Microsoft.PowerShell.Commands;

/// <summary>Joins the public shells of the formatting commands with the engine's formatter.</summary>
internal static class Formatter
{
    private const string Namespace = "Microsoft.PowerShell.Commands.Internal.Format.";

    public static void UseShape(FrontEndCommandBase command, string shape)
    {
        object value = Enum.Parse(Engine.Type(Namespace + "FormatShape"), shape);
        Engine.Set(command, "implementation", Engine.New(Namespace + "InnerFormatShapeCommand", value));
    }

    public static void UseOutput(FrontEndCommandBase command) =>
        Engine.Set(command, "implementation", Engine.New(Namespace + "OutputManagerInner"));

    /// <summary>Sends the formatted lines of the command to a writer.</summary>
    public static void SetWriter(FrontEndCommandBase command, TextWriter writer, int width, bool suppressNewline) =>
        Engine.Set(
            Engine.Get(command, "implementation")!,
            "LineOutput",
            Engine.New(Namespace + "TextWriterLineOutput", writer, width, suppressNewline));
}

/// <summary>Formats objects as a table.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    /// <summary>Creates the command on the engine's table formatter.</summary>
    public FormatTableCommand() => Formatter.UseShape(this, "Table");
}

/// <summary>Formats objects as a list of their properties.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : OuterFormatTableAndListBase
{
    /// <summary>Creates the command on the engine's list formatter.</summary>
    public FormatListCommand() => Formatter.UseShape(this, "List");
}

/// <summary>What the commands that write formatted text share.</summary>
public abstract class FormattedTextCommand : FrontEndCommandBase
{
    private protected FormattedTextCommand() => Formatter.UseOutput(this);

    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; } = int.MaxValue - 1;

    private protected TextWriter? Writer { get; private set; }

    private protected void Open(TextWriter writer, bool suppressNewline)
    {
        Writer = writer;
        Formatter.SetWriter(this, writer, Width, suppressNewline);
        base.BeginProcessing();
    }
}

/// <summary>Formats objects to text.</summary>
[Cmdlet(VerbsData.Out, "String", DefaultParameterSetName = "NoNewLineFormatting")]
[OutputType(typeof(string))]
public sealed class OutStringCommand : FormattedTextCommand
{
    private readonly StringWriter _text = new();

    [Parameter(ParameterSetName = "StreamFormatting")]
    public SwitchParameter Stream { get; set; }

    [Parameter(ParameterSetName = "NoNewLineFormatting")]
    public SwitchParameter NoNewline { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => Open(_text, NoNewline);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        if (Stream)
        {
            WriteLines();
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (Stream)
        {
            WriteLines();
        }
        else
        {
            WriteObject(_text.ToString());
        }
    }

    private void WriteLines()
    {
        StringBuilder text = _text.GetStringBuilder();
        if (text.Length > 0)
        {
            // Every line in the buffer is complete, so the piece after the last line end is empty.
            foreach (string line in text.ToString().Split(_text.NewLine)[..^1])
            {
                WriteObject(line);
            }

            text.Clear();
        }
    }
}

/// <summary>Writes formatted text to a file; the redirection operators use it too.</summary>
[Cmdlet(VerbsData.Out, "File", DefaultParameterSetName = "ByPath", SupportsShouldProcess = true)]
public sealed class OutFileCommand : FormattedTextCommand
{
    private bool _skipped;

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ByPath")]
    [Alias("Path")]
    public string? FilePath { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "ByLiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string? LiteralPath { get; set; }

    [Parameter(Position = 1)]
    [ArgumentToEncoding]
    public Encoding Encoding { get; set; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    [Parameter]
    public SwitchParameter Append { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(FilePath ?? LiteralPath);
        if (!ShouldProcess(path, "Output to File"))
        {
            _skipped = true;
            return;
        }

        if (NoClobber && File.Exists(path))
        {
            ThrowTerminatingError(new ErrorRecord(
                new IOException($"The file '{path}' already exists."), "NoClobber", ErrorCategory.ResourceExists, path));
        }

        try
        {
            if (Force && File.Exists(path))
            {
                File.SetAttributes(path, File.GetAttributes(path) & ~FileAttributes.ReadOnly);
            }

            Open(new StreamWriter(path, Append, Encoding), NoNewline);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(new ErrorRecord(e, "FileOpenFailure", ErrorCategory.OpenError, path));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!_skipped)
        {
            base.ProcessRecord();

            // A reader that follows the file sees each object as it comes.
            Writer?.Flush();
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!_skipped)
        {
            base.EndProcessing();
        }

        Writer?.Dispose();
    }

    /// <inheritdoc/>
    protected override void InternalDispose()
    {
        base.InternalDispose();
        Writer?.Dispose();
    }
}
