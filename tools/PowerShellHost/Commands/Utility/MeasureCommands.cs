using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Internal;

namespace Microsoft.PowerShell.Commands;

/// <summary>Counts objects and reckons with their values.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Object", DefaultParameterSetName = "GenericMeasure")]
[OutputType(typeof(GenericMeasureInfo), typeof(TextMeasureInfo))]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly List<PSObject> _items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; } = AutomationNull.Value;

    [Parameter(Position = 0)]
    public string[]? Property { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Sum { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Average { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Maximum { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Minimum { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter StandardDeviation { get; set; }

    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter Line { get; set; }

    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter Word { get; set; }

    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter Character { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null && InputObject != AutomationNull.Value)
        {
            _items.Add(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Property is null)
        {
            Write(null, [.. _items]);
            return;
        }

        foreach (string name in Property)
        {
            var expression = new PSPropertyExpression(name);
            List<object?> values = [.. _items.SelectMany(i => expression.GetValues(i)).Where(r => r.Exception is null).Select(r => r.Result)];
            if (values.Count == 0)
            {
                WriteError(new ErrorRecord(
                    new PSArgumentException($"The property \"{name}\" cannot be found in the input for any objects."),
                    "GenericMeasurePropertyNotFound", ErrorCategory.InvalidArgument, null));
                continue;
            }

            Write(name, values);
        }
    }

    private void Write(string? property, List<object?> values) =>
        WriteObject(Line || Word || Character ? MeasureText(property, values) : MeasureValues(property, values));

    private TextMeasureInfo MeasureText(string? property, List<object?> values)
    {
        List<string> texts = [.. values.Select(v => LanguagePrimitives.ConvertTo<string>(v) ?? "")];
        return new TextMeasureInfo
        {
            Property = property,
            Lines = Line ? texts.Sum(t => t.Length == 0 ? 0 : t.Split('\n').Length - (t.EndsWith('\n') ? 1 : 0)) : null,
            Words = Word ? texts.Sum(t => t.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length) : null,
            Characters = Character ? texts.Sum(t => t.Length) : null,
        };
    }

    private object MeasureValues(string? property, List<object?> values)
    {
        List<double> numbers = Sum || Average || StandardDeviation ? ToNumbers(values) : [];
        double? sum = numbers.Count > 0 ? numbers.Sum() : null;
        double? average = sum / numbers.Count;
        double? deviation = numbers.Count > 0 ? Math.Sqrt(numbers.Sum(n => Math.Pow(n - average!.Value, 2)) / (numbers.Count - 1)) : null;
        var comparer = new ValueComparer(caseSensitive: false);
        List<object?> ordered = Maximum || Minimum ? [.. values.Order(comparer)] : [];
        object? minimum = Minimum && ordered.Count > 0 ? Unwrap(ordered[0]) : null;
        object? maximum = Maximum && ordered.Count > 0 ? Unwrap(ordered[^1]) : null;
        if (IsNumberOrNothing(minimum) && IsNumberOrNothing(maximum))
        {
            return new GenericMeasureInfo
            {
                Property = property,
                Count = values.Count,
                Sum = Sum ? sum : null,
                Average = Average ? average : null,
                StandardDeviation = StandardDeviation ? deviation : null,
                Minimum = LanguagePrimitives.ConvertTo<double?>(minimum),
                Maximum = LanguagePrimitives.ConvertTo<double?>(maximum),
            };
        }

        return new GenericObjectMeasureInfo
        {
            Property = property,
            Count = values.Count,
            Sum = Sum ? sum : null,
            Average = Average ? average : null,
            StandardDeviation = StandardDeviation ? deviation : null,
            Minimum = minimum,
            Maximum = maximum,
        };
    }

    private List<double> ToNumbers(List<object?> values)
    {
        var numbers = new List<double>();
        foreach (object? value in values)
        {
            if (LanguagePrimitives.TryConvertTo(value, out double number))
            {
                numbers.Add(number);
            }
            else
            {
                WriteError(new ErrorRecord(
                    new PSArgumentException($"Input object \"{value}\" is not numeric."), "NonNumericInputObject", ErrorCategory.InvalidType, value));
            }
        }

        return numbers;
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static bool IsNumberOrNothing(object? value) => value is null
        || (Type.GetTypeCode(value.GetType()) is >= TypeCode.SByte and <= TypeCode.Decimal && value is not Enum);
}

/// <summary>What every measurement has.</summary>
public abstract class MeasureInfo
{
    /// <summary>The property that was measured; null for the objects themselves.</summary>
    public string? Property { get; set; }
}

/// <summary>Measured numbers.</summary>
public sealed class GenericMeasureInfo : MeasureInfo
{
    public int Count { get; set; }

    public double? Average { get; set; }

    public double? Sum { get; set; }

    public double? Maximum { get; set; }

    public double? Minimum { get; set; }

    public double? StandardDeviation { get; set; }
}

/// <summary>Measured values of any comparable type.</summary>
public sealed class GenericObjectMeasureInfo : MeasureInfo
{
    public int Count { get; set; }

    public double? Average { get; set; }

    public double? Sum { get; set; }

    public object? Maximum { get; set; }

    public object? Minimum { get; set; }

    public double? StandardDeviation { get; set; }
}

/// <summary>Measured text.</summary>
public sealed class TextMeasureInfo : MeasureInfo
{
    public int? Lines { get; set; }

    public int? Words { get; set; }

    public int? Characters { get; set; }
}

/// <summary>Measures how long a script block runs.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Command")]
[OutputType(typeof(TimeSpan))]
public sealed class MeasureCommandCommand : PSCmdlet
{
    private readonly Stopwatch _watch = new();

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; } = AutomationNull.Value;

    [Parameter(Position = 0, Mandatory = true)]
    public ScriptBlock Expression { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _watch.Start();
        ScriptBlocks.Collect(Expression, InputObject, useLocalScope: false);
        _watch.Stop();
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(_watch.Elapsed);
}
