namespace HostingDeploy.Configuration;

/// <summary>A place in a file, line and column counted from 1.</summary>
internal readonly record struct Position(int Line, int Column);

/// <summary>A piece of a configuration file that knows where it stands.</summary>
internal abstract record ConfigNode(Position At)
{
    /// <summary>What a person would call it.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value, always taken as the text that was written: no guessing of types.</summary>
internal sealed record ScalarNode(Position At, string Text, bool IsNull) : ConfigNode(At)
{
    public override string Kind => IsNull ? "nothing" : "a value";
}

/// <summary>A list.</summary>
internal sealed record ListNode(Position At, IReadOnlyList<ConfigNode> Items) : ConfigNode(At)
{
    public override string Kind => "a list";
}

/// <summary>Keys with values, in the order of the file, each key once.</summary>
internal sealed record MapNode(Position At, IReadOnlyList<MapEntry> Entries) : ConfigNode(At)
{
    public override string Kind => "settings";
}

/// <summary>A key with its value.</summary>
internal sealed record MapEntry(ScalarNode Key, ConfigNode Value);
