using System.Collections;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>One value of a -Property parameter: a name with wildcards, a script block or a hashtable around either.</summary>
internal sealed class PropertyArgument
{
    private static readonly string[] s_nameKeys = ["Name", "Label"];

    private PropertyArgument(PSPropertyExpression expression, string? label, bool? descending)
    {
        Expression = expression;
        Label = label;
        Descending = descending;
    }

    public PSPropertyExpression Expression { get; }

    /// <summary>The name a calculated property is given.</summary>
    public string? Label { get; }

    /// <summary>The order asked for in a hashtable; null when the command's own counts.</summary>
    public bool? Descending { get; }

    public string Name => Label ?? Expression.ToString();

    public static PropertyArgument[] Parse(PSCmdlet cmdlet, object[]? arguments, params string[] extraKeys)
    {
        try
        {
            return [.. (arguments ?? []).Select(a => Parse(a is PSObject wrapped ? wrapped.BaseObject : a, extraKeys))];
        }
        catch (ArgumentException e)
        {
            cmdlet.ThrowTerminatingError(new ErrorRecord(e, "DictionaryKeyUnknown", ErrorCategory.InvalidArgument, arguments));
            throw;
        }
    }

    /// <summary>The value for one object; null when the property is missing or its script failed.</summary>
    public object? ValueOf(PSObject? target) =>
        target is not null && Expression.GetValues(target) is [{ Exception: null } first, ..] ? first.Result : null;

    private static PropertyArgument Parse(object argument, string[] extraKeys)
    {
        if (argument is not IDictionary table)
        {
            return new PropertyArgument(ToExpression(argument), null, null);
        }

        object? expression = null;
        string? label = null;
        bool? descending = null;
        foreach (DictionaryEntry entry in table)
        {
            string key = Complete(entry.Key.ToString() ?? "", ["Expression", .. s_nameKeys, .. extraKeys]);
            object? value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            switch (key)
            {
                case "Expression":
                    expression = value;
                    break;
                case "Ascending":
                    descending = !LanguagePrimitives.IsTrue(value);
                    break;
                case "Descending":
                    descending = LanguagePrimitives.IsTrue(value);
                    break;
                default:
                    label = LanguagePrimitives.ConvertTo<string>(value);
                    break;
            }
        }

        return new PropertyArgument(
            ToExpression(expression ?? label ?? throw new ArgumentException("The hashtable has no Expression key.")), label, descending);
    }

    private static PSPropertyExpression ToExpression(object value) => value is ScriptBlock script
        ? new PSPropertyExpression(script)
        : new PSPropertyExpression(LanguagePrimitives.ConvertTo<string>(value));

    private static string Complete(string key, string[] keys)
    {
        string[] matches = [.. keys.Where(k => k.StartsWith(key, StringComparison.OrdinalIgnoreCase))];
        return matches.Length == 1 && key.Length > 0 ? matches[0] : throw new ArgumentException($"The {key} key is not valid.");
    }
}
