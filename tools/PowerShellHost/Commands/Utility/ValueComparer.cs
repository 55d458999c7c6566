using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Compares values as PowerShell's operators do; what they cannot compare is compared as text.</summary>
internal sealed class ValueComparer(bool caseSensitive) : IComparer<object?>, IEqualityComparer<object?[]>
{
    public int Compare(object? x, object? y)
    {
        object? first = Unwrap(x);
        object? second = Unwrap(y);
        if (LanguagePrimitives.TryCompare(first, second, !caseSensitive, CultureInfo.CurrentCulture, out int result))
        {
            return result;
        }

        return CultureInfo.CurrentCulture.CompareInfo.Compare(
            LanguagePrimitives.ConvertTo<string>(x),
            LanguagePrimitives.ConvertTo<string>(y),
            caseSensitive ? CompareOptions.None : CompareOptions.IgnoreCase);
    }

    public bool Equals(object?[]? x, object?[]? y) => x is not null && y is not null && CompareAll(x, y) == 0;

    // Values of different types can be equal (1 and '1'), which no hash code of either could tell.
    public int GetHashCode(object?[] values) => values.Length;

    public int CompareAll(object?[] x, object?[] y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            int result = Compare(x[i], y[i]);
            if (result != 0)
            {
                return result;
            }
        }

        return 0;
    }

    private static object? Unwrap(object? value) =>
        value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
}
