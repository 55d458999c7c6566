using System.Management.Automation;
using System.Management.Automation.Internal;

namespace Microsoft.PowerShell.Commands;

/// <summary>Compares two sets of objects.</summary>
[Cmdlet(VerbsData.Compare, "Object")]
public sealed class CompareObjectCommand : PSCmdlet
{
    private readonly List<PSObject?> _differences = [];
    private PropertyArgument[] _properties = [];

    [Parameter(Position = 0, Mandatory = true)]
    [AllowEmptyCollection]
    public PSObject?[] ReferenceObject { get; set; } = [];

    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    public PSObject?[] DifferenceObject { get; set; } = [];

    [Parameter]
    public object[]? Property { get; set; }

    [Parameter]
    public SwitchParameter ExcludeDifferent { get; set; }

    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _properties = PropertyArgument.Parse(this, Property);

    /// <inheritdoc/>
    protected override void ProcessRecord() => _differences.AddRange(DifferenceObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var comparer = new ValueComparer(CaseSensitive);
        List<PSObject?> onlyReference = [.. ReferenceObject];
        List<PSObject?> onlyDifference = [];
        List<PSObject?> equal = [];
        foreach (PSObject? item in _differences)
        {
            int match = onlyReference.FindIndex(r => comparer.CompareAll(ValuesOf(r), ValuesOf(item)) == 0);
            if (match < 0)
            {
                onlyDifference.Add(item);
                continue;
            }

            equal.Add(onlyReference[match]);
            onlyReference.RemoveAt(match);
        }

        if (IncludeEqual || ExcludeDifferent)
        {
            equal.ForEach(item => Write(item, "=="));
        }

        if (!ExcludeDifferent)
        {
            onlyDifference.ForEach(item => Write(item, "=>"));
            onlyReference.ForEach(item => Write(item, "<="));
        }
    }

    private object?[] ValuesOf(PSObject? item) =>
        _properties.Length == 0 ? [item] : [.. _properties.Select(p => p.ValueOf(item))];

    private void Write(PSObject? item, string side)
    {
        PSObject result;
        if (PassThru)
        {
            result = item ?? new PSObject();
            result.Properties.Remove("SideIndicator");
        }
        else
        {
            result = new PSObject();
            if (_properties.Length == 0)
            {
                result.Properties.Add(new PSNoteProperty("InputObject", item));
            }

            foreach (PropertyArgument property in _properties)
            {
                result.Properties.Add(new PSNoteProperty(property.Name, property.ValueOf(item)));
            }
        }

        result.Properties.Add(new PSNoteProperty("SideIndicator", side));
        WriteObject(result);
    }
}

/// <summary>Drops objects that equal the one before them.</summary>
[Cmdlet(VerbsCommon.Get, "Unique", DefaultParameterSetName = "AsString")]
public sealed class GetUniqueCommand : PSCmdlet
{
    private PSObject? _last;
    private bool _any;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; } = AutomationNull.Value;

    [Parameter(ParameterSetName = "AsString")]
    public SwitchParameter AsString { get; set; }

    [Parameter]
    public SwitchParameter CaseInsensitive { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool same = _any && (AsString
            ? string.Equals(_last?.ToString(), InputObject?.ToString(), CaseInsensitive ? StringComparison.CurrentCultureIgnoreCase : StringComparison.CurrentCulture)
            : new ValueComparer(!CaseInsensitive).Compare(_last, InputObject) == 0);
        if (!same)
        {
            WriteObject(InputObject);
        }

        (_last, _any) = (InputObject, true);
    }
}
