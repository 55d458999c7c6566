using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>Shows values in messages so that their types can be told apart.</summary>
internal static class ValueText
{
    public static string Of(object? value) => Assertions.Unwrap(value) switch
    {
        null => "$null",
        bool truth => truth ? "$true" : "$false",
        string text => $"'{text}'",
        DateTime date => date.ToString("O", CultureInfo.InvariantCulture),
        Type type => $"[{type}]",
        ScriptBlock script => $"{{{script}}}",
        IFormattable and not Enum and var number => ((IFormattable)number).ToString(null, CultureInfo.InvariantCulture),
        IDictionary table => $"@{{{string.Join("; ", table.Cast<DictionaryEntry>().Select(e => $"{e.Key}={Of(e.Value)}"))}}}",
        IEnumerable items => $"@({string.Join(", ", items.Cast<object?>().Select(Of))})",
        _ => LanguagePrimitives.ConvertTo<string>(value),
    };
}
