using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Provider;
using HostingDeploy.PowerShellHost.Hosting;

namespace Microsoft.PowerShell.Commands;

/// <summary>Reads an item's content. -Raw, -Encoding, -Wait and -AsByteStream come from the provider.</summary>
[Cmdlet(VerbsCommon.Get, "Content", DefaultParameterSetName = "Path")]
public sealed class GetContentCommand : FilteredPathCommand
{
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, long.MaxValue)]
    public long ReadCount { get; set; } = 1;

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, long.MaxValue)]
    [Alias("First", "Head")]
    public long TotalCount { get; set; } = -1;

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    [Alias("Last")]
    public int Tail { get; set; } = -1;

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override object? DynamicParameters(object context) =>
        Engine.Call(InvokeProvider.Content, "GetContentReaderDynamicParameters", FirstPath, context);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (TotalCount >= 0 && Tail >= 0)
        {
            WriteError(new ErrorRecord(
                new InvalidOperationException("The parameters TotalCount and Tail cannot be used together. Please specify only one parameter."),
                "TailAndHeadCannotCoexist", ErrorCategory.InvalidOperation, null));
            return;
        }

        ForEachPath(Path, path =>
        {
            object context = NewContext();
            Collection<PathInfo> found = ResolvePath(path, context);
            foreach (PathInfo item in found)
            {
                Read(item, context);
            }
        });
    }

    private void Read(PathInfo item, object context)
    {
        string path = IsLiteral ? item.Path : WildcardPattern.Escape(item.Path);
        var readers = (Collection<IContentReader>)Engine.Call(InvokeProvider.Content, "GetReader", path, context)!;
        foreach (IContentReader reader in readers)
        {
            using (reader)
            {
                if (Tail >= 0)
                {
                    WriteTail(reader, item);
                }
                else if (TotalCount != 0)
                {
                    WriteHead(reader, item);
                }

                reader.Close();
            }
        }
    }

    private void WriteHead(IContentReader reader, PathInfo item)
    {
        long count = 0;
        while (!Stopping && (TotalCount < 0 || count < TotalCount))
        {
            long wanted = TotalCount > 0 && (ReadCount == 0 || TotalCount - ReadCount < count) ? TotalCount - count : ReadCount;
            IList block = reader.Read(wanted);
            if (block is null || block.Count == 0)
            {
                return;
            }

            count += block.Count;
            Write(ReadCount == 1 ? block[0]! : block, count, item);
        }
    }

    private void WriteTail(IContentReader reader, PathInfo item)
    {
        var last = new Queue<object>();
        for (IList block = reader.Read(1); block is { Count: > 0 } && !Stopping; block = reader.Read(1))
        {
            last.Enqueue(block[0]!);
            if (last.Count > Tail)
            {
                last.Dequeue();
            }
        }

        long count = 0;
        foreach (object line in last)
        {
            Write(line, ++count, item);
        }
    }

    private void Write(object content, long readCount, PathInfo item)
    {
        var result = PSObject.AsPSObject(content);
        Note(result, "PSPath", item.Path);
        Note(result, "PSParentPath", SessionState.Path.ParseParent(item.Path, null));
        Note(result, "PSChildName", SessionState.Path.ParseChildName(item.Path));
        Note(result, "PSDrive", item.Drive);
        Note(result, "PSProvider", item.Provider);
        Note(result, "ReadCount", readCount);
        WriteObject(result);
    }

    private static void Note(PSObject target, string name, object? value) =>
        target.Properties.Add(new PSNoteProperty(name, value), preValidated: true);
}

/// <summary>What Set-Content and Add-Content share: one writer per item, open until the end of the pipeline.</summary>
public abstract class WriteContentCommand : FilteredPathCommand, IDisposable
{
    private List<IContentWriter>? _writers;
    private object? _context;

    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[] Value { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override object? DynamicParameters(object context) =>
        Engine.Call(InvokeProvider.Content, "GetContentWriterDynamicParameters", FirstPath, context);

    private protected abstract string Action { get; }

    private protected abstract void Prepare(string path);

    private protected abstract void Position(IContentWriter writer);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_writers is null)
        {
            _writers = [];
            _context = NewContext();
            ForEachPath(Path, Open);
        }

        foreach (IContentWriter writer in _writers)
        {
            writer.Write(Value);
        }

        if (PassThru)
        {
            WriteObject(Value, enumerateCollection: true);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Dispose();

    /// <summary>Closes what is still open.</summary>
    public void Dispose()
    {
        foreach (IContentWriter writer in _writers ?? [])
        {
            writer.Close();
            writer.Dispose();
        }

        _writers = [];
        GC.SuppressFinalize(this);
    }

    private void Open(string path)
    {
        string target = IsLiteral || WildcardPattern.ContainsWildcardCharacters(path) ? path : GetUnresolvedProviderPathFromPSPath(path);
        if (!ShouldProcess($"Path: {target}", Action))
        {
            return;
        }

        Prepare(path);
        foreach (IContentWriter writer in (Collection<IContentWriter>)Engine.Call(InvokeProvider.Content, "GetWriter", path, _context)!)
        {
            _writers!.Add(writer);
            Position(writer);
        }
    }
}

/// <summary>Replaces an item's content.</summary>
[Cmdlet(VerbsCommon.Set, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class SetContentCommand : WriteContentCommand
{
    private protected override string Action => "Set Content";

    private protected override void Prepare(string path)
    {
        try
        {
            ClearContent(path);
        }
        catch (ItemNotFoundException)
        {
            // A new item has no content to replace.
        }
    }

    private protected override void Position(IContentWriter writer)
    {
    }
}

/// <summary>Adds to an item's content.</summary>
[Cmdlet(VerbsCommon.Add, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class AddContentCommand : WriteContentCommand
{
    private protected override string Action => "Add Content";

    private protected override void Prepare(string path)
    {
    }

    private protected override void Position(IContentWriter writer) => writer.Seek(0, SeekOrigin.End);
}

/// <summary>Empties an item.</summary>
[Cmdlet(VerbsCommon.Clear, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class ClearContentCommand : FilteredPathCommand
{
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        ForEachPath(Path, ClearContent);
}
