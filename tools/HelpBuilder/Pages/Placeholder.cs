namespace HelpBuilder.Pages;

/// <summary>What stands in a page where only a person can write, in the form platyPS uses.</summary>
internal static class Placeholder
{
    public static string Of(string what) => $"{{{{ Fill {what} }}}}";
}
