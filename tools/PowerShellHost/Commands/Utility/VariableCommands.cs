using System.Management.Automation;
using HostingDeploy.PowerShellHost.Hosting;

namespace Microsoft.PowerShell.Commands;

/// <summary>What the commands on variables share.</summary>
public abstract class VariableCommand : PSCmdlet
{
    /// <summary>A scope's name, or how many scopes up it is.</summary>
    [Parameter]
    public string? Scope { get; set; }

    private object Internals => Engine.Get(SessionState, "Internal")!;

    private protected IEnumerable<PSVariable> Find(string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            var one = (PSVariable?)(Scope is null
                ? Engine.Call(Internals, "GetVariable", name)
                : Engine.Call(Internals, "GetVariableAtScope", name, Scope));
            return one is null ? [] : [one];
        }

        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        var table = (IDictionary<string, PSVariable>)(Scope is null
            ? Engine.Call(Internals, "GetVariableTable")!
            : Engine.Call(Internals, "GetVariableTableAtScope", Scope)!);
        return table.Values.Where(v => pattern.IsMatch(v.Name)).OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase);
    }

    private protected void Create(PSVariable variable, bool force) =>
        Engine.Call(Internals, "SetVariableAtScope", variable, Scope ?? "Local", force, CommandOrigin.Internal);

    private protected void Delete(PSVariable variable, bool force)
    {
        if (Scope is null)
        {
            Engine.Call(Internals, "RemoveVariable", variable, force);
        }
        else
        {
            Engine.Call(Internals, "RemoveVariableAtScope", variable, Scope, force);
        }
    }

    private protected void ReportMissing(string name) => WriteError(new ErrorRecord(
        new ItemNotFoundException($"Cannot find a variable with the name '{name}'."), "VariableNotFound", ErrorCategory.ObjectNotFound, name));

    private protected void Attempt(Action work)
    {
        try
        {
            work();
        }
        catch (SessionStateException e)
        {
            WriteError(new ErrorRecord(e.ErrorRecord, e));
        }
    }
}

/// <summary>Gets variables.</summary>
[Cmdlet(VerbsCommon.Get, "Variable")]
[OutputType(typeof(PSVariable))]
public sealed class GetVariableCommand : VariableCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    public SwitchParameter ValueOnly { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            List<PSVariable> found = [.. Find(name)];
            foreach (PSVariable variable in found)
            {
                WriteObject(ValueOnly ? variable.Value : variable);
            }

            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                ReportMissing(name);
            }
        }
    }
}

/// <summary>Creates a variable.</summary>
[Cmdlet(VerbsCommon.New, "Variable", SupportsShouldProcess = true)]
public sealed class NewVariableCommand : VariableCommand
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    [Parameter]
    public string Description { get; set; } = "";

    [Parameter]
    public ScopedItemOptions Option { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(() =>
    {
        if (!ShouldProcess($"Name: {Name} Value: {Value}", "New variable"))
        {
            return;
        }

        Scope ??= "Local";
        if (!Force && Find(Name).Any())
        {
            WriteError(new ErrorRecord(
                new SessionStateException($"A variable with name '{Name}' already exists."), "VariableAlreadyExists", ErrorCategory.ResourceExists, Name));
            return;
        }

        var variable = new PSVariable(Name, Value, Option) { Description = Description };
        Create(variable, Force);
        if (PassThru)
        {
            WriteObject(variable);
        }
    });
}

/// <summary>Sets variables, and creates those that are missing.</summary>
[Cmdlet(VerbsCommon.Set, "Variable", SupportsShouldProcess = true)]
public sealed class SetVariableCommand : VariableCommand
{
    private readonly List<object?> _piped = [];
    private bool _isPiped;

    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    [Parameter]
    public string? Description { get; set; }

    [Parameter]
    public ScopedItemOptions Option { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _isPiped = !MyInvocation.BoundParameters.ContainsKey(nameof(Value));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_isPiped && MyInvocation.BoundParameters.ContainsKey(nameof(Value)))
        {
            _piped.Add(Value);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        object? value = !_isPiped || _piped.Count == 0 ? Value : _piped.Count == 1 ? _piped[0] : _piped.ToArray();
        foreach (string name in Name)
        {
            Attempt(() => Set(name, value));
        }
    }

    private void Set(string name, object? value)
    {
        if (!ShouldProcess($"Name: {name} Value: {value}", "Set variable"))
        {
            return;
        }

        string? scope = Scope;
        Scope ??= "Local";
        PSVariable? variable = Find(name).FirstOrDefault();
        if (variable is null)
        {
            variable = new PSVariable(name, value, Option);
            Create(variable, Force);
        }
        else
        {
            if (Force)
            {
                variable.Options &= ~ScopedItemOptions.ReadOnly;
            }

            variable.Value = value;
            if (MyInvocation.BoundParameters.ContainsKey(nameof(Option)))
            {
                variable.Options = Option;
            }
        }

        Scope = scope;
        variable.Description = Description ?? variable.Description;
        if (PassThru)
        {
            WriteObject(variable);
        }
    }
}

/// <summary>Removes variables.</summary>
[Cmdlet(VerbsCommon.Remove, "Variable", SupportsShouldProcess = true)]
public sealed class RemoveVariableCommand : VariableCommand
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            List<PSVariable> found = [.. Find(name)];
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                ReportMissing(name);
            }

            foreach (PSVariable variable in found.Where(v => ShouldProcess($"Name: {v.Name}", "Remove variable")))
            {
                Attempt(() => Delete(variable, Force));
            }
        }
    }
}
