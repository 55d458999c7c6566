using System.Collections.ObjectModel;
using System.Management.Automation;
using HostingDeploy.PowerShellHost.Hosting;

namespace Microsoft.PowerShell.Commands;

/// <summary>What Test-Path looks for.</summary>
public enum TestPathType
{
    /// <summary>An item of any kind.</summary>
    Any,

    /// <summary>An item that can hold others.</summary>
    Container,

    /// <summary>An item that cannot.</summary>
    Leaf,
}

/// <summary>Tells whether a path exists.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Path", DefaultParameterSetName = "Path")]
[OutputType(typeof(bool))]
public sealed class TestPathCommand : ProviderCommand
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string?[]? Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string?[]? LiteralPath
    {
        get => Path;
        set
        {
            IsLiteral = true;
            Path = value;
        }
    }

    [Parameter]
    public string? Filter { get; set; }

    [Parameter]
    public string[]? Include { get; set; }

    [Parameter]
    public string[]? Exclude { get; set; }

    [Parameter]
    [Alias("Type")]
    public TestPathType PathType { get; set; }

    [Parameter]
    public SwitchParameter IsValid { get; set; }

    private protected override string? FilterOption => Filter;

    private protected override string[]? IncludeOption => Include;

    private protected override string[]? ExcludeOption => Exclude;

    private protected override object? DynamicParameters(object context) => IsValid
        ? null
        : Engine.Call(InvokeProvider.Item, "ItemExistsDynamicParameters", Path is [{ } path, ..] ? path : ".", context);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string? path in Path is { Length: > 0 } ? Path : [null])
        {
            if (path is null)
            {
                WriteError(new ErrorRecord(
                    new ArgumentNullException(nameof(Path), "Value cannot be null. The provided Path argument was null or an empty collection."),
                    "NullPathNotPermitted", ErrorCategory.InvalidArgument, Path));
            }
            else
            {
                WriteObject(!string.IsNullOrWhiteSpace(path) && Test(path));
            }
        }
    }

    private bool Test(string path)
    {
        try
        {
            object context = NewContext();
            if (IsValid)
            {
                return (bool)Engine.Call(SessionState.Path, "IsValid", path, context)!;
            }

            return (bool)Engine.Call(InvokeProvider.Item, "Exists", path, context)!
                && (PathType == TestPathType.Any
                    || (bool)Engine.Call(InvokeProvider.Item, "IsContainer", path, context)! == (PathType == TestPathType.Container));
        }
        catch (Exception e) when (e is SessionStateException or PSNotSupportedException)
        {
            return false;
        }
    }
}

/// <summary>Joins path parts with the provider's separator.</summary>
[Cmdlet(VerbsCommon.Join, "Path")]
[OutputType(typeof(string))]
public sealed class JoinPathCommand : ProviderCommand
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    public string[] Path { get; set; } = [];

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string[]? ChildPath { get; set; }

    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true, ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string[]? AdditionalChildPath { get; set; }

    [Parameter]
    public SwitchParameter Resolve { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(Path, path =>
    {
        string joined = path;
        foreach (string part in (ChildPath ?? []).Concat(AdditionalChildPath ?? []))
        {
            joined = SessionState.Path.Combine(joined, part);
        }

        if (!Resolve)
        {
            WriteObject(joined);
            return;
        }

        foreach (PathInfo found in ResolvePath(joined, NewContext()))
        {
            WriteObject(found.Path);
        }
    });
}

/// <summary>Returns a part of a path.</summary>
[Cmdlet(VerbsCommon.Split, "Path", DefaultParameterSetName = "ParentSet")]
[OutputType(typeof(string), typeof(bool))]
public sealed class SplitPathCommand : ProviderCommand
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ParentSet", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "LeafSet", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "LeafBaseSet", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ExtensionSet", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "QualifierSet", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "NoQualifierSet", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "IsAbsoluteSet", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPathSet", ValueFromPipelineByPropertyName = true)]
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

    [Parameter(ParameterSetName = "ParentSet")]
    public SwitchParameter Parent { get; set; } = true;

    [Parameter(Mandatory = true, ParameterSetName = "LeafSet")]
    public SwitchParameter Leaf { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "LeafBaseSet")]
    public SwitchParameter LeafBase { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "ExtensionSet")]
    public SwitchParameter Extension { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "QualifierSet")]
    public SwitchParameter Qualifier { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "NoQualifierSet")]
    public SwitchParameter NoQualifier { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "IsAbsoluteSet")]
    public SwitchParameter IsAbsolute { get; set; }

    [Parameter]
    public SwitchParameter Resolve { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(Path, path =>
    {
        foreach (string item in Resolve ? ResolvePath(path, NewContext()).Select(p => p.Path) : [path])
        {
            WriteObject(Part(item));
        }
    });

    private object Part(string path)
    {
        if (IsAbsolute)
        {
            return SessionState.Path.IsPSAbsolute(path, out _);
        }

        if (Qualifier || NoQualifier)
        {
            int colon = path.IndexOf(':', StringComparison.Ordinal);
            if (Qualifier && colon < 0)
            {
                throw new PSArgumentException($"Cannot parse path because path '{path}' does not have a qualifier specified.");
            }

            return Qualifier ? path[..(colon + 1)] : path[(colon + 1)..];
        }

        if (Leaf || LeafBase || Extension)
        {
            string leaf = SessionState.Path.ParseChildName(path);
            return LeafBase ? System.IO.Path.GetFileNameWithoutExtension(leaf)
                : Extension ? System.IO.Path.GetExtension(leaf)
                : leaf;
        }

        return Engine.Call(SessionState.Path, "ParseParent", path, "", NewContext(), true)!;
    }
}

/// <summary>Resolves wildcards and relative paths to items that exist.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Path", DefaultParameterSetName = "Path")]
[OutputType(typeof(PathInfo), typeof(string))]
public sealed class ResolvePathCommand : PathCommand
{
    [Parameter]
    public SwitchParameter Relative { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(Path, path =>
    {
        Collection<PathInfo> found = ResolvePath(path, NewContext());
        foreach (PathInfo item in found)
        {
            WriteObject(Relative ? ToRelative(item.Path) : item);
        }
    });

    private string ToRelative(string path)
    {
        string relative = System.IO.Path.GetRelativePath(SessionState.Path.CurrentLocation.Path, path);
        return relative.StartsWith('.') ? relative : System.IO.Path.Join(".", relative);
    }
}

/// <summary>Turns a PowerShell path into the provider's own.</summary>
[Cmdlet(VerbsData.Convert, "Path", DefaultParameterSetName = "Path")]
[OutputType(typeof(string))]
public sealed class ConvertPathCommand : PathCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(Path, path =>
    {
        foreach (PathInfo item in ResolvePath(path, NewContext()))
        {
            WriteObject(item.ProviderPath);
        }
    });
}
