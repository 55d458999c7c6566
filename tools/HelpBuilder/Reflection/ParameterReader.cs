using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;

namespace HelpBuilder.Reflection;

/// <summary>Reads the parameters of one cmdlet class from the engine's own metadata.</summary>
internal sealed class ParameterReader(Type type, CommandMetadata metadata, XmlComments comments, CommentMarkdown markdown)
{
    private readonly object? _instance = TryCreate(type);

    /// <summary>The parameters in order of declaration; WhatIf and Confirm last when the cmdlet supports them.</summary>
    public List<CmdletParameter> ReadAll()
    {
        List<CmdletParameter> parameters = [.. metadata.Parameters.Values.Select(Read)];
        if (metadata.SupportsShouldProcess)
        {
            parameters.Add(Common("WhatIf", "wi", "Shows what the cmdlet would change. Nothing is changed."));
            parameters.Add(Common("Confirm", "cf", "Asks for confirmation before the cmdlet changes anything."));
        }

        return parameters;
    }

    private static object? TryCreate(Type type)
    {
        try
        {
            return Activator.CreateInstance(type);
        }
        catch (TargetInvocationException)
        {
            // A constructor that needs the engine around it only costs the default values.
            return null;
        }
    }

    private CmdletParameter Read(ParameterMetadata parameter)
    {
        PropertyInfo property = type.GetProperty(parameter.Name)!;
        var facts = new ParameterFacts
        {
            Type = TypeNames.Full(parameter.ParameterType),
            SupportsWildcards = property.IsDefined(typeof(SupportsWildcardsAttribute)),
            Aliases = [.. parameter.Aliases],
            DontShow = parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.DontShow),
            AcceptedValues = AcceptedValues(parameter),
            HelpMessage = parameter.Attributes.OfType<ParameterAttribute>()
                .Select(attribute => attribute.HelpMessage).FirstOrDefault(message => message is not null) ?? "",
            ParameterSets = [.. parameter.ParameterSets.Select(set => Set(set.Key, set.Value))],
        };
        (facts.DefaultValue, bool certain) = Default(property, facts);
        string? text = comments.Of(property)?.Element("summary") is { } summary
            ? CommentMarkdown.Join(markdown.Blocks(summary.Nodes().Concat(RemarksOf(property))))
            : null;
        return new CmdletParameter(parameter.Name, TypeNames.Short(parameter.ParameterType), facts, certain, text);
    }

    private IEnumerable<XNode> RemarksOf(PropertyInfo property) =>
        comments.Of(property)?.Element("remarks") is { } remarks
            ? [new XElement("para", remarks.Nodes())]
            : [];

    private static ParameterSetFacts Set(string name, ParameterSetMetadata set) => new()
    {
        Name = name == ParameterAttribute.AllParameterSets ? ParameterFacts.AllSets : name,
        Position = set.Position == int.MinValue ? ParameterSetFacts.Named : set.Position.ToString(CultureInfo.InvariantCulture),
        IsRequired = set.IsMandatory,
        ValueFromPipeline = set.ValueFromPipeline,
        ValueFromPipelineByPropertyName = set.ValueFromPipelineByPropertyName,
        ValueFromRemainingArguments = set.ValueFromRemainingArguments,
    };

    private static List<string> AcceptedValues(ParameterMetadata parameter)
    {
        if (parameter.Attributes.OfType<ValidateSetAttribute>().FirstOrDefault() is { } set)
        {
            return [.. set.ValidValues];
        }

        Type value = parameter.ParameterType.IsArray ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        value = Nullable.GetUnderlyingType(value) ?? value;
        return value.IsEnum ? [.. Enum.GetNames(value)] : [];
    }

    private (string Text, bool Certain) Default(PropertyInfo property, ParameterFacts facts)
    {
        if (facts.IsSwitch)
        {
            return ("False", true);
        }

        if (facts.ParameterSets.TrueForAll(set => set.IsRequired))
        {
            return ("", true);
        }

        object? value;
        try
        {
            value = _instance is null ? null : property.GetValue(_instance);
        }
        catch (TargetInvocationException)
        {
            value = null;
        }

        string text = value is string single
            ? single
            : value is IEnumerable list
                ? string.Join(", ", list.Cast<object?>())
                : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        bool isUnset = text.Length == 0
            || (property.PropertyType.IsValueType && value!.Equals(Activator.CreateInstance(property.PropertyType)));
        return (text == value?.GetType().ToString() ? "" : text, !isUnset);
    }

    private static CmdletParameter Common(string name, string alias, string text) => new(
        name,
        "switch",
        new ParameterFacts
        {
            Type = typeof(SwitchParameter).FullName!,
            DefaultValue = "False",
            Aliases = [alias],
            ParameterSets = [new ParameterSetFacts()],
        },
        DefaultIsCertain: true,
        text);
}
