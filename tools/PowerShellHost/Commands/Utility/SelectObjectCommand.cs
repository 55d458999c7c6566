using System.Collections;
using System.Management.Automation;
using HostingDeploy.PowerShellHost.Hosting;

namespace Microsoft.PowerShell.Commands;

/// <summary>Selects objects by place and properties by name.</summary>
[Cmdlet(VerbsCommon.Select, "Object", DefaultParameterSetName = "DefaultParameter")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly Queue<PSObject> _last = new();
    private readonly List<PSObject> _unique = [];
    private PropertyArgument[] _properties = [];
    private WildcardPattern[] _excluded = [];
    private PropertyArgument? _expand;
    private int? _first;
    private int? _lastCount;
    private int? _skipLast;
    private int _seen;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; } = System.Management.Automation.Internal.AutomationNull.Value;

    [Parameter(Position = 0, ParameterSetName = "DefaultParameter")]
    [Parameter(Position = 0, ParameterSetName = "SkipLastParameter")]
    public object[]? Property { get; set; }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "SkipLastParameter")]
    public string[]? ExcludeProperty { get; set; }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "SkipLastParameter")]
    public string? ExpandProperty { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    [Parameter]
    public SwitchParameter CaseInsensitive { get; set; }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int First
    {
        get => _first ?? 0;
        set => _first = value;
    }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int Last
    {
        get => _lastCount ?? 0;
        set => _lastCount = value;
    }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "SkipLastParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    [Parameter(ParameterSetName = "SkipLastParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int SkipLast
    {
        get => _skipLast ?? 0;
        set => _skipLast = value;
    }

    [Parameter(ParameterSetName = "IndexParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int[]? Index { get; set; }

    [Parameter(ParameterSetName = "SkipIndexParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int[]? SkipIndex { get; set; }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "IndexParameter")]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // Excluding properties only makes sense from all of them.
        object[]? wanted = Property ?? (ExcludeProperty is null ? null : ["*"]);
        _properties = PropertyArgument.Parse(this, wanted);
        _excluded = [.. (ExcludeProperty ?? []).Select(p => WildcardPattern.Get(p, WildcardOptions.IgnoreCase))];
        _expand = ExpandProperty is null ? null : PropertyArgument.Parse(this, [ExpandProperty])[0];
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null || InputObject == System.Management.Automation.Internal.AutomationNull.Value)
        {
            return;
        }

        int place = _seen++;
        if (Index is not null || SkipIndex is not null)
        {
            if (Index?.Contains(place) ?? !SkipIndex!.Contains(place))
            {
                Emit(InputObject);
            }

            if (Index is { Length: > 0 } && place >= Index.Max())
            {
                StopUpstream();
            }

            return;
        }

        if (_lastCount is null && _skipLast is null)
        {
            EmitFirst(place);
            return;
        }

        EmitFirstBeforeLast(place);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_lastCount is not null)
        {
            IEnumerable<PSObject> rest = _last;
            foreach (PSObject item in _first is null ? rest.Take(Math.Max(0, _last.Count - Skip)) : rest)
            {
                Emit(item);
            }
        }
    }

    private void EmitFirst(int place)
    {
        if (place < Skip)
        {
            return;
        }

        if (_first is null || place < Skip + _first)
        {
            Emit(InputObject!);
        }

        if (_first is not null && place + 1 >= Skip + _first)
        {
            StopUpstream();
        }
    }

    /// <summary>-Last and -SkipLast hold objects back; -Skip counts from the end with -Last alone.</summary>
    private void EmitFirstBeforeLast(int place)
    {
        if (_skipLast is { } held)
        {
            if (place >= Skip)
            {
                _last.Enqueue(InputObject!);
                if (_last.Count > held)
                {
                    Emit(_last.Dequeue());
                }
            }

            return;
        }

        if (_first is { } first)
        {
            if (place < Skip)
            {
                return;
            }

            if (place < Skip + first)
            {
                Emit(InputObject!);
                return;
            }
        }

        _last.Enqueue(InputObject!);
        int room = _lastCount!.Value + (_first is null ? Skip : 0);
        while (_last.Count > room)
        {
            _last.Dequeue();
        }
    }

    private void Emit(PSObject item)
    {
        if (_expand is not null)
        {
            Expand(item);
        }
        else
        {
            Write(_properties.Length == 0 ? item : Project(item));
        }
    }

    private void Expand(PSObject item)
    {
        List<PSPropertyExpressionResult> values = _expand!.Expression.GetValues(item);
        if (values is not [{ } value])
        {
            string problem = values.Count == 0 ? "cannot be found" : "is ambiguous";
            WriteError(new ErrorRecord(
                new PSArgumentException($"Property \"{ExpandProperty}\" {problem}."), "ExpandPropertyNotFound", ErrorCategory.InvalidArgument, item));
            return;
        }

        if (value.Exception is not null)
        {
            WriteError(new ErrorRecord(value.Exception, "PropertyEvaluationExpand", ErrorCategory.InvalidResult, item));
            return;
        }

        foreach (object? part in LanguagePrimitives.GetEnumerable(value.Result) is { } many ? many.Cast<object?>() : [value.Result])
        {
            if (_properties.Length == 0 || part is null)
            {
                Write(part is null ? null : PSObject.AsPSObject(part));
                continue;
            }

            var result = PSObject.AsPSObject(part);
            foreach (PSNoteProperty note in NotesOf(item))
            {
                result.Properties.Add(note);
            }

            Write(result);
        }
    }

    private PSObject Project(PSObject item)
    {
        var result = new PSObject();
        string type = item.BaseObject is PSCustomObject ? item.TypeNames[0] : item.BaseObject.GetType().FullName!;
        result.TypeNames.Insert(0, $"Selected.{type}");
        foreach (PSNoteProperty note in NotesOf(item))
        {
            if (result.Properties[note.Name] is null)
            {
                result.Properties.Add(note, preValidated: true);
            }
            else
            {
                WriteError(new ErrorRecord(
                    new PSInvalidOperationException($"The property cannot be processed because the property \"{note.Name}\" already exists."),
                    "AlreadyExistingUserSpecifiedPropertyNoExpand", ErrorCategory.InvalidOperation, item));
            }
        }

        return result;
    }

    private IEnumerable<PSNoteProperty> NotesOf(PSObject item)
    {
        foreach (PropertyArgument property in _properties)
        {
            if (property.Label is not null || property.Expression.Script is not null)
            {
                yield return new PSNoteProperty(property.Name, property.ValueOf(item));
                continue;
            }

            List<PSPropertyExpression> names = property.Expression.ResolveNames(item);
            if (names.Count == 0 && !property.Expression.HasWildCardCharacters && !IsExcluded(property.Name))
            {
                yield return new PSNoteProperty(property.Name, null);
            }

            foreach (PSPropertyExpression name in names)
            {
                if (!IsExcluded(name.ToString()))
                {
                    yield return new PSNoteProperty(name.ToString(), name.GetValues(item) is [{ Exception: null } value, ..] ? value.Result : null);
                }
            }
        }
    }

    private bool IsExcluded(string name) => _excluded.Any(e => e.IsMatch(name));

    private void Write(PSObject? item)
    {
        if (Unique && item is not null)
        {
            if (_unique.Exists(known => SameValue(known, item)))
            {
                return;
            }

            _unique.Add(item);
        }

        WriteObject(item);
    }

    private bool SameValue(PSObject known, PSObject item)
    {
        var comparer = new ValueComparer(!CaseInsensitive);
        if (known.BaseObject is not PSCustomObject || item.BaseObject is not PSCustomObject)
        {
            return comparer.Compare(known, item) == 0;
        }

        List<PSPropertyInfo> properties = [.. known.Properties];
        return properties.Count == item.Properties.Count()
            && properties.TrueForAll(p => item.Properties[p.Name] is { } other && comparer.Compare(p.Value, other.Value) == 0);
    }

    /// <summary>Nothing more is needed, so the commands before this one are stopped.</summary>
    private void StopUpstream()
    {
        if (!Wait)
        {
            throw (Exception)Engine.New("System.Management.Automation.StopUpstreamCommandsException", this);
        }
    }
}
