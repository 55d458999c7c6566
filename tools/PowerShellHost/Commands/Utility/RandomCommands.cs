using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;

namespace Microsoft.PowerShell.Commands;

/// <summary>Gets a random number, or random ones of the given objects.</summary>
[Cmdlet(VerbsCommon.Get, "Random", DefaultParameterSetName = "RandomNumberParameterSet")]
public sealed class GetRandomCommand : PSCmdlet
{
    private readonly List<object?> _choices = [];

    [Parameter]
    [ValidateNotNull]
    public int? SetSeed { get; set; }

    [Parameter(Position = 0, ParameterSetName = "RandomNumberParameterSet")]
    public object? Maximum { get; set; }

    [Parameter(ParameterSetName = "RandomNumberParameterSet")]
    public object? Minimum { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "RandomListItemParameterSet", ValueFromPipeline = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ShuffleParameterSet", ValueFromPipeline = true)]
    [AllowNull]
    public object?[]? InputObject { get; set; }

    [Parameter(ParameterSetName = "RandomNumberParameterSet")]
    [Parameter(ParameterSetName = "RandomListItemParameterSet")]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    [Parameter(Mandatory = true, ParameterSetName = "ShuffleParameterSet")]
    public SwitchParameter Shuffle { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != "RandomNumberParameterSet")
        {
            _choices.AddRange(InputObject ?? [null]);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Random random = SetSeed is { } seed ? new Random(seed) : Random.Shared;
        if (ParameterSetName == "RandomNumberParameterSet")
        {
            for (int i = 0; i < Count; i++)
            {
                WriteNumber(random);
            }

            return;
        }

        object?[] order = [.. _choices];
        random.Shuffle(order);
        WriteObject(order.Take(Shuffle ? order.Length : Count), enumerateCollection: true);
    }

    private void WriteNumber(Random random)
    {
        object minimum = Unwrap(Minimum) ?? 0;
        object maximum = Unwrap(Maximum) ?? int.MaxValue;
        if (minimum is double or float || maximum is double or float)
        {
            double from = Convert.ToDouble(minimum, CultureInfo.InvariantCulture);
            double to = Convert.ToDouble(maximum, CultureInfo.InvariantCulture);
            EnsureOrder(from.CompareTo(to));
            WriteObject(from + (random.NextDouble() * (to - from)));
            return;
        }

        long low = Convert.ToInt64(minimum, CultureInfo.InvariantCulture);
        long high = Convert.ToInt64(maximum, CultureInfo.InvariantCulture);
        EnsureOrder(low.CompareTo(high));
        long number = random.NextInt64(low, high);
        WriteObject(minimum is long || maximum is long ? number : (object)(int)number);
    }

    private void EnsureOrder(int comparison)
    {
        if (comparison >= 0)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"The Minimum value ({Minimum}) cannot be greater than or equal to the Maximum value ({Maximum})."),
                "MinGreaterThanOrEqualMax", ErrorCategory.InvalidArgument, null));
        }
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped && value != AutomationNull.Value ? wrapped.BaseObject : value;
}

/// <summary>Creates a GUID.</summary>
[Cmdlet(VerbsCommon.New, "Guid", DefaultParameterSetName = "Default")]
[OutputType(typeof(Guid))]
public sealed class NewGuidCommand : PSCmdlet
{
    [Parameter(ParameterSetName = "Empty")]
    public SwitchParameter Empty { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(Empty ? Guid.Empty : Guid.NewGuid());
}
