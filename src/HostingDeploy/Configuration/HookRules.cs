namespace HostingDeploy.Configuration;

/// <summary>Rules for the hooks of an app.</summary>
internal static class HookRules
{
    internal const int LongestTimeout = 86_400;

    private const int LongestCommand = 10_000;

    private static readonly string[] s_steps = Enum.GetNames<DeployStepName>();

    /// <summary>A step of a deployment, as -StartAt takes it.</summary>
    public static Outcome<string> Step(string text) =>
        Array.Find(s_steps, n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
            ? name
            : Refusal.Expected(text, $"a step ({string.Join(", ", s_steps)}){Suggestion.For(text, s_steps)}");

    /// <summary>A command: the one value that becomes a shell's text, since that is what it is for. What nobody could see in it is refused.</summary>
    public static Outcome<string> Command(string text) =>
        text.Trim().Length == 0 || text.Length > LongestCommand || text.EnumerateRunes().Any(r => r.Value is not ('\n' or '\t') && Show.IsInvisible(r))
            ? Refusal.Expected(text, $"a command of 1 to {LongestCommand} characters without control or invisible ones")
            : text;
}
