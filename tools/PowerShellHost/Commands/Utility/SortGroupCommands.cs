using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Internal;

namespace Microsoft.PowerShell.Commands;

/// <summary>Collects the pipeline's objects with the values they are ordered by.</summary>
public abstract class OrderedCommand : PSCmdlet
{
    private readonly List<(PSObject Item, object?[] Values)> _entries = [];
    private PropertyArgument[] _properties = [];

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; } = AutomationNull.Value;

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    private protected IReadOnlyList<(PSObject Item, object?[] Values)> Entries => _entries;

    private protected ValueComparer Comparer => new(CaseSensitive);

    /// <inheritdoc/>
    protected override void BeginProcessing() =>
        _properties = PropertyArgument.Parse(this, Property, "Ascending", "Descending");

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null || InputObject == AutomationNull.Value)
        {
            return;
        }

        object?[] values = _properties.Length == 0
            ? [InputObject]
            : [.. _properties.Select(p => p.ValueOf(InputObject))];
        _entries.Add((InputObject, values));
    }

    private protected bool IsDescending(int index, bool byDefault) =>
        index < _properties.Length ? _properties[index].Descending ?? byDefault : byDefault;
}

/// <summary>Sorts objects; equal ones keep their order.</summary>
[Cmdlet("Sort", "Object", DefaultParameterSetName = "Default")]
public sealed class SortObjectCommand : OrderedCommand
{
    [Parameter]
    public SwitchParameter Descending { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    [Parameter(ParameterSetName = "Default")]
    public SwitchParameter Stable { get; set; }

    [Parameter(ParameterSetName = "Top", Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    public int Top { get; set; }

    [Parameter(ParameterSetName = "Bottom", Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    public int Bottom { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        ValueComparer values = Comparer;
        var order = Comparer<object?[]>.Create((x, y) => Compare(values, x, y));
        List<(PSObject Item, object?[] Values)> sorted = [.. Entries.OrderBy(e => e.Values, order)];
        if (Unique)
        {
            sorted = [.. sorted.Where((entry, i) => i == 0 || order.Compare(entry.Values, sorted[i - 1].Values) != 0)];
        }

        IEnumerable<(PSObject Item, object?[] Values)> kept = Top > 0 ? sorted.Take(Top) : Bottom > 0 ? sorted.TakeLast(Bottom) : sorted;
        foreach ((PSObject item, _) in kept)
        {
            WriteObject(item);
        }
    }

    private int Compare(ValueComparer values, object?[] x, object?[] y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            int result = values.Compare(x[i], y[i]);
            if (result != 0)
            {
                return IsDescending(i, Descending) ? -result : result;
            }
        }

        return 0;
    }
}

/// <summary>Groups objects that have the same values.</summary>
[Cmdlet("Group", "Object", DefaultParameterSetName = "HashTable")]
[OutputType(typeof(GroupInfo), typeof(Hashtable))]
public sealed class GroupObjectCommand : OrderedCommand
{
    [Parameter]
    public SwitchParameter NoElement { get; set; }

    [Parameter(ParameterSetName = "HashTable")]
    [Alias("AHT")]
    public SwitchParameter AsHashTable { get; set; }

    [Parameter(ParameterSetName = "HashTable")]
    public SwitchParameter AsString { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        ValueComparer values = Comparer;
        var order = Comparer<object?[]>.Create(values.CompareAll);
        var found = Entries.GroupBy(e => e.Values, values);

        // Values of one type come in their order, mixed ones in the order they came.
        List<GroupInfo> groups = [.. (HasOneType() ? found.OrderBy(g => g.Key, order) : found).Select(ToGroup)];
        if (!AsHashTable)
        {
            WriteObject(groups, enumerateCollection: true);
        }
        else if (groups.Count > 0)
        {
            var table = new Hashtable(CaseSensitive ? StringComparer.CurrentCulture : StringComparer.CurrentCultureIgnoreCase);
            foreach (GroupInfo group in groups)
            {
                table.Add(AsString ? group.Name : Unwrap(group.Values[0])!, group.Group);
            }

            WriteObject(table);
        }
    }

    private bool HasOneType() => Entries.Count == 0
        || Enumerable.Range(0, Entries[0].Values.Length).All(i => Entries.Select(e => Unwrap(e.Values[i])?.GetType()).Distinct().Count() == 1);

    private GroupInfo ToGroup(IGrouping<object?[], (PSObject Item, object?[] Values)> group)
    {
        Collection<PSObject> items = [.. group.Select(e => e.Item)];
        return NoElement ? new GroupInfoNoElement(group.Key, items.Count) : new GroupInfo(group.Key, items.Count, items);
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}

/// <summary>Objects that have the same values.</summary>
public class GroupInfo
{
    internal GroupInfo(object?[] values, int count, Collection<PSObject> group)
    {
        Values = new ArrayList(values);
        Count = count;
        Group = group;
        Name = string.Join(", ", values.Select(v => v is PSObject { BaseObject: IDictionary } or null ? "" : LanguagePrimitives.ConvertTo<string>(v)));
    }

    /// <summary>The values the objects share.</summary>
    public ArrayList Values { get; }

    /// <summary>How many objects there are.</summary>
    public int Count { get; }

    /// <summary>The objects.</summary>
    public Collection<PSObject> Group { get; }

    /// <summary>The values as text.</summary>
    public string Name { get; }
}

/// <summary>A group that only counts its objects.</summary>
public sealed class GroupInfoNoElement : GroupInfo
{
    internal GroupInfoNoElement(object?[] values, int count)
        : base(values, count, [])
    {
    }
}
