using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Numerics;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Microsoft.PowerShell.Commands;

/// <summary>Writes objects as JSON.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
[OutputType(typeof(string))]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> _input = [];
    private bool _warned;

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter]
    [ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    [Parameter]
    public SwitchParameter Compress { get; set; }

    [Parameter]
    public SwitchParameter EnumsAsStrings { get; set; }

    [Parameter]
    public SwitchParameter AsArray { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _input.Add(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_input.Count == 0)
        {
            return;
        }

        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using var writer = new JsonTextWriter(text) { Formatting = Compress ? Formatting.None : Formatting.Indented };
        Write(writer, _input.Count > 1 || AsArray ? _input : _input[0], depth: 0);
        writer.Flush();
        WriteObject(text.ToString());
    }

    private void Write(JsonTextWriter writer, object? value, int depth)
    {
        var wrapped = value as PSObject;
        object? plain = wrapped is null ? value : wrapped.BaseObject;
        if (value is null || value == AutomationNull.Value)
        {
            writer.WriteNull();
        }
        else if (WriteScalar(writer, plain!))
        {
            return;
        }
        else if (depth > Depth)
        {
            WarnOnce();
            writer.WriteValue(LanguagePrimitives.ConvertTo<string>(value));
        }
        else if (plain is IDictionary table)
        {
            writer.WriteStartObject();
            foreach (DictionaryEntry entry in table)
            {
                writer.WritePropertyName(LanguagePrimitives.ConvertTo<string>(entry.Key));
                Write(writer, entry.Value, depth + 1);
            }

            WriteProperties(writer, wrapped?.Properties.Where(p => p is PSNoteProperty { IsInstance: true }) ?? [], depth);
            writer.WriteEndObject();
        }
        else if (plain is IEnumerable items)
        {
            writer.WriteStartArray();
            foreach (object? item in items)
            {
                Write(writer, item, depth + 1);
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteStartObject();
            WriteProperties(writer, (wrapped ?? PSObject.AsPSObject(plain)).Properties.Where(IsData), depth);
            writer.WriteEndObject();
        }
    }

    private void WriteProperties(JsonTextWriter writer, IEnumerable<PSPropertyInfo> properties, int depth)
    {
        foreach (PSPropertyInfo property in properties)
        {
            object? value;
            try
            {
                value = property.Value;
            }
            catch (GetValueException)
            {
                // A property that cannot be read has no value to write.
                value = null;
            }

            writer.WritePropertyName(property.Name);
            Write(writer, value, depth + 1);
        }
    }

    private bool WriteScalar(JsonTextWriter writer, object value)
    {
        switch (value)
        {
            case Enum name when EnumsAsStrings:
                writer.WriteValue(name.ToString());
                break;
            case Enum number:
                writer.WriteValue(Convert.ChangeType(number, Enum.GetUnderlyingType(number.GetType()), CultureInfo.InvariantCulture));
                break;
            case BigInteger big:
                writer.WriteRawValue(big.ToString(CultureInfo.InvariantCulture));
                break;
            case string or bool or char or decimal or double or float or DateTime or DateTimeOffset or Guid:
            case sbyte or byte or short or ushort or int or uint or long or ulong:
                writer.WriteValue(value);
                break;
            case Uri uri:
                writer.WriteValue(uri.OriginalString);
                break;
            case DBNull:
                writer.WriteNull();
                break;
            case JToken token:
                token.WriteTo(writer);
                break;
            default:
                return false;
        }

        return true;
    }

    private void WarnOnce()
    {
        if (!_warned)
        {
            WriteWarning($"Resulting JSON is truncated as serialization has exceeded the set depth of {Depth}.");
        }

        _warned = true;
    }

    // Properties that the type files add for display are not part of the data.
    private static bool IsData(PSPropertyInfo property) =>
        property.MemberType == PSMemberTypes.Property || (property.IsInstance && property.IsGettable);
}

/// <summary>Reads JSON into objects or hashtables.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private readonly StringBuilder _text = new();

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = "";

    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; } = 1024;

    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _text.AppendLine(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (string.IsNullOrWhiteSpace(_text.ToString()))
        {
            return;
        }

        try
        {
            using var reader = new JsonTextReader(new StringReader(_text.ToString())) { MaxDepth = Depth };
            var root = JToken.ReadFrom(reader, new JsonLoadSettings { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error });
            if (reader.Read())
            {
                throw new JsonReaderException("Additional text encountered after finished reading JSON content.");
            }

            WriteObject(ToObject(root), enumerateCollection: !NoEnumerate);
        }
        catch (JsonException e)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"Conversion from JSON failed with error: {e.Message}", e),
                "System.ArgumentException", ErrorCategory.NotSpecified, null));
        }
    }

    private object? ToObject(JToken token) => token switch
    {
        JArray array => array.Select(ToObject).ToArray(),
        JObject json when AsHashtable => ToTable(json),
        JObject json => ToCustomObject(json),
        JValue value => value.Value,
        _ => throw new JsonException($"A {token.Type} is not JSON data."),
    };

    private OrderedDictionary ToTable(JObject json)
    {
        var table = new OrderedDictionary(StringComparer.Ordinal);
        foreach (JProperty property in json.Properties())
        {
            table.Add(property.Name, ToObject(property.Value));
        }

        return table;
    }

    private PSObject ToCustomObject(JObject json)
    {
        var result = new PSObject();
        foreach (JProperty property in json.Properties())
        {
            if (property.Name.Length == 0)
            {
                throw new JsonException("The provided JSON includes a property whose name is an empty string, this is only supported using the -AsHashTable switch.");
            }

            if (result.Properties[property.Name] is { } other)
            {
                throw new JsonException($"Cannot convert the JSON string because it contains keys with different casing. Please use the -AsHashTable switch instead. The key that was attempted to be added to the existing key '{other.Name}' was '{property.Name}'.");
            }

            result.Properties.Add(new PSNoteProperty(property.Name, ToObject(property.Value)));
        }

        return result;
    }
}
