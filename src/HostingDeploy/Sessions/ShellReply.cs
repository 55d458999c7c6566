namespace HostingDeploy.Sessions;

/// <summary>How one step on the remote shell ended.</summary>
/// <param name="ExitStatus">The script's exit status; 143 when it was stopped.</param>
/// <param name="Facts">What it reported by name, in order.</param>
/// <param name="Tail">The last lines of its output.</param>
internal sealed record ShellReply(int ExitStatus, IReadOnlyList<KeyValuePair<string, string>> Facts, IReadOnlyList<string> Tail)
{
    /// <summary>The last value reported under the name, or null.</summary>
    internal string? Fact(string name) => Facts.LastOrDefault(f => f.Key == name).Value;

    /// <summary>Every value reported under the name.</summary>
    internal IEnumerable<string> All(string name) => Facts.Where(f => f.Key == name).Select(f => f.Value);
}
