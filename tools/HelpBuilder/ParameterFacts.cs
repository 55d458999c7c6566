using YamlDotNet.Serialization;

namespace HelpBuilder;

/// <summary>
/// The metadata of one parameter: what the yaml block of a page holds, and what reflection finds.
/// A key without a value in the yaml counts as empty.
/// </summary>
internal sealed class ParameterFacts
{
    /// <summary>The name for "every parameter set" in a page.</summary>
    public const string AllSets = "(All)";

    private static readonly ISerializer s_serializer = new SerializerBuilder().WithNewLine("\n").Build();
    private static readonly IDeserializer s_deserializer = new DeserializerBuilder().Build();

    public string Type { get; set => field = value ?? ""; } = "";

    public string DefaultValue { get; set => field = value ?? ""; } = "";

    public bool SupportsWildcards { get; set; }

    public List<string> Aliases { get; set => field = value ?? []; } = [];

    public List<ParameterSetFacts> ParameterSets { get; set => field = value ?? []; } = [];

    public bool DontShow { get; set; }

    public List<string> AcceptedValues { get; set => field = value ?? []; } = [];

    public string HelpMessage { get; set => field = value ?? ""; } = "";

    [YamlIgnore]
    public bool IsSwitch => Type == "System.Management.Automation.SwitchParameter";

    /// <summary>How the parameter behaves in a set; null when it is not part of it.</summary>
    public ParameterSetFacts? In(string set) =>
        ParameterSets.Find(s => s.Name == set) ?? ParameterSets.Find(s => s.Name == AllSets);

    public string ToYaml() => s_serializer.Serialize(this).TrimEnd('\n');

    /// <exception cref="YamlDotNet.Core.YamlException">The text is not such a block.</exception>
    public static ParameterFacts FromYaml(string yaml) => s_deserializer.Deserialize<ParameterFacts>(yaml) ?? new ParameterFacts();
}

/// <summary>How a parameter behaves in one parameter set.</summary>
internal sealed class ParameterSetFacts
{
    public const string Named = "Named";

    public string Name { get; set => field = value ?? ""; } = ParameterFacts.AllSets;

    /// <summary>The position, or <see cref="Named"/>.</summary>
    public string Position { get; set => field = value ?? ""; } = Named;

    public bool IsRequired { get; set; }

    public bool ValueFromPipeline { get; set; }

    public bool ValueFromPipelineByPropertyName { get; set; }

    public bool ValueFromRemainingArguments { get; set; }
}
