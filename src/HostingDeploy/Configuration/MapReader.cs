namespace HostingDeploy.Configuration;

/// <summary>
/// Reads one mapping of the file: each setting is one call with its key and its rule. The keys asked for are the keys
/// that exist, so that an unknown one is found without a second list of names.
/// </summary>
internal sealed class MapReader
{
    private readonly ProblemList _problems;
    private readonly Position _at;
    private readonly Dictionary<string, MapEntry> _entries;
    private readonly List<string> _known = [];

    /// <summary>Reads <paramref name="node"/>; a key with nothing behind it counts as an empty mapping.</summary>
    public MapReader(ProblemList problems, string path, Position at, ConfigNode? node)
    {
        _problems = problems;
        Path = path;
        _at = at;
        if (node is not (null or MapNode or ScalarNode { IsNull: true }))
        {
            Refuse(node.At, path, node, "settings (key: value)");
        }

        _entries = (node as MapNode)?.Entries.ToDictionary(e => e.Key.Text, StringComparer.Ordinal) ?? [];
    }

    /// <summary>Where in the file the mapping is, such as <c>apps.cigar</c>.</summary>
    public string Path { get; }

    /// <summary>The entries of a mapping whose keys are free, such as the apps by name.</summary>
    public IEnumerable<MapEntry> Entries => _entries.Values;

    /// <summary>The path of a setting in this mapping.</summary>
    public string PathOf(string key) => Show.Join(Path, key);

    /// <summary>Whether the setting is there, with or without a value.</summary>
    public bool Has(string key) => _entries.ContainsKey(key);

    /// <summary>The setting's value; the fallback when it is absent or refused.</summary>
    public T Read<T>(string key, Rule<T> rule, T fallback) =>
        Find(key) is { } value && TryApply(value, PathOf(key), rule, out var result) ? result : fallback;

    /// <summary>The setting's value; null when it is absent or refused.</summary>
    public string? Read(string key, Rule<string> rule) =>
        Find(key) is { } value && TryApply(value, PathOf(key), rule, out var result) ? result : null;

    /// <summary>The setting's number; null when it is absent or refused.</summary>
    public int? ReadNumber(string key, Rule<int> rule) =>
        Find(key) is { } value && TryApply(value, PathOf(key), rule, out var result) ? result : null;

    /// <summary>The value of a setting that must be there.</summary>
    public string Require(string key, Rule<string> rule)
    {
        if (Find(key) is null)
        {
            Refuse(key, $"missing, expected {PathOf(key)}: …");
        }

        return Read(key, rule) ?? "";
    }

    /// <summary>The setting's list; empty when it is absent.</summary>
    public IReadOnlyList<T> ReadList<T>(string key, Rule<T> rule)
    {
        var values = new List<T>();
        switch (Find(key))
        {
            case ListNode list:
                foreach (var (item, index) in list.Items.Select((item, index) => (item, index)))
                {
                    if (TryApply(item, $"{PathOf(key)}[{index}]", rule, out var value))
                    {
                        values.Add(value);
                    }
                }

                break;
            case null or ScalarNode { IsNull: true }:
                break;
            case var other:
                Refuse(other.At, PathOf(key), other, "a list (- value)");
                break;
        }

        return values;
    }

    /// <summary>The mapping below a key; an empty one when it is absent.</summary>
    public MapReader ReadMap(string key)
    {
        var value = Find(key);
        return new MapReader(_problems, PathOf(key), value?.At ?? _at, value);
    }

    /// <summary>The mappings of a list; none when it is absent.</summary>
    public IReadOnlyList<MapReader> ReadMaps(string key)
    {
        switch (Find(key))
        {
            case ListNode list:
                return [.. list.Items.Select((item, index) => new MapReader(_problems, $"{PathOf(key)}[{index}]", item.At, item))];
            case null or ScalarNode { IsNull: true }:
                return [];
            case var other:
                Refuse(other.At, PathOf(key), other, "a list (- key: value)");
                return [];
        }
    }

    /// <summary>Notes a problem with a setting at its value, or at the mapping when it is absent.</summary>
    public void Refuse(string key, string message) =>
        _problems.Add(_entries.TryGetValue(key, out var entry) ? entry.Value.At : _at, PathOf(key), message);

    /// <summary>Notes every key that nobody asked for. Called last.</summary>
    public void RefuseOtherKeys(Func<string, bool>? isAllowed = null)
    {
        foreach (var key in Entries.Select(e => e.Key).Where(k => !_known.Contains(k.Text) && isAllowed?.Invoke(k.Text) != true))
        {
            var advice = EnvironmentName.LooksSecret(key.Text)
                ? "; secret values belong in the file named by secretsFile"
                : Suggestion.For(key.Text, _known);
            _problems.Add(
                key.At,
                PathOf(key.Text),
                $"found the unknown key '{Show.Inline(key.Text)}'{advice} (known keys: {string.Join(", ", _known)})");
        }
    }

    /// <summary>Applies a rule to a node that must be a single value.</summary>
    public bool TryApply<T>(ConfigNode node, string path, Rule<T> rule, out T value)
    {
        value = default!;
        if (node is not ScalarNode { IsNull: false } scalar)
        {
            Refuse(node.At, path, node, "a value (write \"\" for an empty text)");
            return false;
        }

        var outcome = rule(scalar.Text);
        if (outcome.IsRefused)
        {
            _problems.Add(scalar.At, path, outcome.Refusal);
            return false;
        }

        value = outcome.Value!;
        return true;
    }

    private ConfigNode? Find(string key)
    {
        if (!_known.Contains(key))
        {
            _known.Add(key);
        }

        return _entries.GetValueOrDefault(key)?.Value;
    }

    private void Refuse(Position at, string path, ConfigNode found, string expected) =>
        _problems.Add(at, path, $"found {found.Kind}, expected {expected}");
}
