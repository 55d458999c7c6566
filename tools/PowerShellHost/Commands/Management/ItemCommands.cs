using System.Management.Automation;
using HostingDeploy.PowerShellHost.Hosting;

namespace Microsoft.PowerShell.Commands;

/// <summary>Gets the item at a path.</summary>
[Cmdlet(VerbsCommon.Get, "Item", DefaultParameterSetName = "Path")]
public sealed class GetItemCommand : FilteredPathCommand
{
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override object? DynamicParameters(object context) =>
        Engine.Call(InvokeProvider.Item, "GetItemDynamicParameters", FirstPath, context);

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        ForEachPath(Path, path => Engine.Call(InvokeProvider.Item, "Get", path, NewContext()));
}

/// <summary>Gets the items inside a container.</summary>
[Cmdlet(VerbsCommon.Get, "ChildItem", DefaultParameterSetName = "Items")]
public sealed class GetChildItemCommand : ProviderCommand
{
    private uint? _depth;

    [Parameter(Position = 0, ParameterSetName = "Items", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralItems", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath
    {
        get => Path;
        set
        {
            IsLiteral = true;
            Path = value;
        }
    }

    [Parameter(Position = 1)]
    public string? Filter { get; set; }

    [Parameter]
    public string[]? Include { get; set; }

    [Parameter]
    public string[]? Exclude { get; set; }

    [Parameter]
    [Alias("s", "r")]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public uint Depth
    {
        get => _depth ?? uint.MaxValue;
        set
        {
            _depth = value;
            Recurse = true;
        }
    }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter Name { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override string? FilterOption => Filter;

    private protected override string[]? IncludeOption => Include;

    private protected override string[]? ExcludeOption => Exclude;

    private protected override object? DynamicParameters(object context)
    {
        string path = Path is [{ } first, ..] ? first : ".";
        return Name
            ? Engine.Call(InvokeProvider.ChildItem, "GetChildNamesDynamicParameters", path, context)
            : Engine.Call(InvokeProvider.ChildItem, "GetChildItemsDynamicParameters", path, Recurse.IsPresent, context);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(Path.Length == 0 ? [""] : Path, List);

    private void List(string path)
    {
        if (Name)
        {
            Engine.Call(InvokeProvider.ChildItem, "GetNames", path, ReturnContainers.ReturnMatchingContainers, Recurse.IsPresent, Depth, NewContext());
        }
        else
        {
            Engine.Call(InvokeProvider.ChildItem, "Get", path, Recurse.IsPresent, Depth, NewContext());
        }
    }
}

/// <summary>Creates a file, a directory, a link or another provider's item.</summary>
[Cmdlet(VerbsCommon.New, "Item", DefaultParameterSetName = "pathSet", SupportsShouldProcess = true)]
public sealed class NewItemCommand : ProviderCommand
{
    [Parameter(Position = 0, ParameterSetName = "pathSet", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, ParameterSetName = "nameSet", ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(ParameterSetName = "nameSet", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Type")]
    public string? ItemType { get; set; }

    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Target")]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override object? DynamicParameters(object context) =>
        Engine.Call(InvokeProvider.Item, "NewItemDynamicParameters", Path is [{ } path, ..] ? path : ".", ItemType ?? "", Value, context);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(
        Path.Length == 0 ? [""] : Path,
        path => Engine.Call(InvokeProvider.Item, "New", path, Name ?? "", ItemType ?? "", Value, NewContext()));
}

/// <summary>Deletes items.</summary>
[Cmdlet(VerbsCommon.Remove, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class RemoveItemCommand : FilteredPathCommand
{
    private bool _yesToAll;
    private bool _noToAll;

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override object? DynamicParameters(object context) =>
        Engine.Call(InvokeProvider.Item, "RemoveItemDynamicParameters", FirstPath, Recurse.IsPresent, context);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(Path, Remove);

    private void Remove(string path)
    {
        object context = NewContext();
        foreach (PathInfo found in ResolvePath(path, context))
        {
            if ((bool)Engine.Call(SessionState.Path, "IsCurrentLocationOrAncestor", found.Path, context)!)
            {
                throw new PSInvalidOperationException($"Cannot remove the item at '{found.Path}' because it is in use.");
            }

            string target = WildcardPattern.Escape(found.Path);
            if (!Recurse && HasChildren(found) && !MayRemoveWithChildren(found))
            {
                continue;
            }

            Engine.Call(InvokeProvider.Item, "Remove", IsLiteral ? found.Path : target, Recurse || HasChildren(found), context);
        }
    }

    private bool HasChildren(PathInfo path) => InvokeProvider.ChildItem.HasChild(path.Path, Force, literalPath: true) && !IsLink(path);

    private bool MayRemoveWithChildren(PathInfo path) => ShouldContinue(
        $"The item at {path.Path} has children and the Recurse parameter was not specified. If you continue, all children will be removed with the item. Are you sure you want to continue?",
        "Confirm", ref _yesToAll, ref _noToAll);

    private static bool IsLink(PathInfo path) => new FileInfo(path.ProviderPath).LinkTarget is not null;
}

/// <summary>Copies items.</summary>
[Cmdlet(VerbsCommon.Copy, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class CopyItemCommand : FilteredPathCommand
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = "";

    [Parameter]
    public SwitchParameter Container { get; set; } = true;

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override object? DynamicParameters(object context) =>
        Engine.Call(InvokeProvider.Item, "CopyItemDynamicParameters", FirstPath, Destination, Recurse.IsPresent, context);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(Path, path =>
    {
        object context = NewContext();
        Engine.Set(context, "PassThru", PassThru.IsPresent);
        CopyContainers containers = Container ? CopyContainers.CopyTargetContainer : CopyContainers.CopyChildrenOfTargetContainer;
        Engine.Call(InvokeProvider.Item, "Copy", path, Destination, Recurse.IsPresent, containers, context);
    });
}

/// <summary>Moves items.</summary>
[Cmdlet(VerbsCommon.Move, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class MoveItemCommand : FilteredPathCommand
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = ".";

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override object? DynamicParameters(object context) =>
        Engine.Call(InvokeProvider.Item, "MoveItemDynamicParameters", FirstPath, Destination, context);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(Path, path =>
    {
        object context = NewContext();
        Engine.Set(context, "PassThru", PassThru.IsPresent);
        Engine.Call(InvokeProvider.Item, "Move", path, Destination, context);
    });
}

/// <summary>Gives an item another name.</summary>
[Cmdlet(VerbsCommon.Rename, "Item", DefaultParameterSetName = "ByPath", SupportsShouldProcess = true)]
public sealed class RenameItemCommand : ProviderCommand
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ByPath", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "";

    [Parameter(Mandatory = true, ParameterSetName = "ByLiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string LiteralPath
    {
        get => Path;
        set
        {
            IsLiteral = true;
            Path = value;
        }
    }

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string NewName { get; set; } = "";

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override object? DynamicParameters(object context) =>
        Engine.Call(InvokeProvider.Item, "RenameItemDynamicParameters", Path, NewName, context);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath([Path], path =>
    {
        object context = NewContext();
        Engine.Set(context, "PassThru", PassThru.IsPresent);
        Engine.Call(InvokeProvider.Item, "Rename", path, NewName, context);
    });
}

/// <summary>Sets the value of an item, such as a variable or an environment variable.</summary>
[Cmdlet(VerbsCommon.Set, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class SetItemCommand : FilteredPathCommand
{
    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override SwitchParameter ForceOption => Force;

    private protected override object? DynamicParameters(object context) =>
        Engine.Call(InvokeProvider.Item, "SetItemDynamicParameters", FirstPath, Value, context);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(Path, path =>
    {
        object context = NewContext();
        Engine.Set(context, "PassThru", PassThru.IsPresent);
        Engine.Call(InvokeProvider.Item, "Set", path, Value, context);
    });
}
