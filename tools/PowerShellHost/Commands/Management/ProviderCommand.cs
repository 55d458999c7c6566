using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Provider;
using HostingDeploy.PowerShellHost.Hosting;

namespace Microsoft.PowerShell.Commands;

/// <summary>
/// A command that works on provider items through the engine's own provider context: that context carries force,
/// filters, -WhatIf and the provider's dynamic parameters, and writes results and errors straight to the pipeline.
/// </summary>
public abstract class ProviderCommand : PSCmdlet, IDynamicParameters
{
    private readonly List<object> _contexts = [];
    private object? _dynamicParameters;

    private protected bool IsLiteral { get; set; }

    private protected virtual SwitchParameter ForceOption => false;

    private protected virtual string? FilterOption => null;

    private protected virtual string[]? IncludeOption => null;

    private protected virtual string[]? ExcludeOption => null;

    /// <summary>Asks the provider which parameters it adds for the given path.</summary>
    public object? GetDynamicParameters()
    {
        object context = NewContext();
        Engine.Set(context, "PassThru", false);
        try
        {
            _dynamicParameters = DynamicParameters(context);
        }
        catch (SessionStateException)
        {
            // A path that cannot be resolved adds nothing here; running the command reports it.
            _dynamicParameters = null;
        }

        return _dynamicParameters;
    }

    private protected virtual object? DynamicParameters(object context) => null;

    private protected object NewContext()
    {
        object context = Engine.New("System.Management.Automation.CmdletProviderContext", this);
        Engine.Set(context, "Force", ForceOption);
        Engine.Set(context, "SuppressWildcardExpansion", IsLiteral);
        Engine.Set(context, "DynamicParameters", _dynamicParameters);
        Engine.Call(context, "SetFilters", ToCollection(IncludeOption), ToCollection(ExcludeOption), FilterOption);
        _contexts.Add(context);
        return context;
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        foreach (object context in _contexts)
        {
            Engine.Call(context, "StopProcessing");
        }
    }

    private protected Collection<PathInfo> ResolvePath(string path, object context) =>
        (Collection<PathInfo>)Engine.Call(SessionState.Path, "GetResolvedPSPathFromPSPath", path, context)!;

    /// <summary>Empties items without writing them to the pipeline, as the provider would.</summary>
    private protected void ClearContent(string path)
    {
        object context = NewContext();
        Engine.Set(context, "PassThru", false);
        Engine.Call(InvokeProvider.Content, "Clear", path, context);
        Engine.Call(context, "ThrowFirstErrorOrDoNothing", true);
    }

    /// <summary>Runs the work for each path; a path that fails is reported and the next one still gets its turn.</summary>
    private protected void ForEachPath(IEnumerable<string> paths, Action<string> work)
    {
        foreach (string path in paths)
        {
            try
            {
                work(path);
            }
            catch (Exception e) when (IsAboutOnePath(e))
            {
                WriteError(new ErrorRecord(((IContainsErrorRecord)e).ErrorRecord, e));
            }
        }
    }

    private static bool IsAboutOnePath(Exception e) =>
        e is SessionStateException or PSNotSupportedException or PSInvalidOperationException or PSArgumentException;

    private static Collection<string> ToCollection(string[]? values) => [.. values ?? []];
}

/// <summary>A provider command whose targets are given by -Path (wildcards) or -LiteralPath.</summary>
public abstract class PathCommand : ProviderCommand
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
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

    private protected string FirstPath => Path is [{ } path, ..] ? path : ".";
}

/// <summary>A path command that can also narrow its targets down.</summary>
public abstract class FilteredPathCommand : PathCommand
{
    [Parameter]
    public string? Filter { get; set; }

    [Parameter]
    public string[]? Include { get; set; }

    [Parameter]
    public string[]? Exclude { get; set; }

    private protected override string? FilterOption => Filter;

    private protected override string[]? IncludeOption => Include;

    private protected override string[]? ExcludeOption => Exclude;
}
