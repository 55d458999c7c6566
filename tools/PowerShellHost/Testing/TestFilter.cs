using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>Chooses tests by the tags that they and the blocks around them have.</summary>
internal sealed class TestFilter(IEnumerable<string> tags, IEnumerable<string> excludedTags, IEnumerable<string> names)
{
    private readonly WildcardPattern[] _tags = ToPatterns(tags);
    private readonly WildcardPattern[] _excludedTags = ToPatterns(excludedTags);
    private readonly WildcardPattern[] _names = ToPatterns(names);

    public bool Selects(TestCase test) =>
        !test.AllTags.Any(t => Matches(_excludedTags, t))
        && (_tags.Length == 0 || test.AllTags.Any(t => Matches(_tags, t)))
        && (_names.Length == 0 || Matches(_names, test.ExpandedPath));

    private static bool Matches(WildcardPattern[] patterns, string text) => Array.Exists(patterns, p => p.IsMatch(text));

    private static WildcardPattern[] ToPatterns(IEnumerable<string> texts) =>
        [.. texts.Select(t => WildcardPattern.Get(t, WildcardOptions.IgnoreCase))];
}
