using System.Globalization;
using System.Text;
using HelpBuilder.Reflection;

namespace HelpBuilder.Pages;

/// <summary>The page of the module: its description and its cmdlets with their synopses.</summary>
internal static class ModulePage
{
    private const string NoGuid = "00000000-0000-0000-0000-000000000000";

    /// <summary>The page as it should be. Only the description is a person's text.</summary>
    public static string Write(ModuleAssembly module, IEnumerable<CmdletPage> pages, MarkdownText? existing, DateOnly today)
    {
        string? written = DescriptionOf(existing) is { IsUnwritten: false } prose ? prose.Text : null;
        var text = new StringBuilder(FrontMatter.Write(FrontMatter.Merge(
            new Dictionary<string, string>
            {
                ["document type"] = "module",
                ["HelpInfoUri"] = "",
                ["Locale"] = "en-US",
                ["Module Guid"] = module.Manifest?.Guid ?? existing?.FrontMatter.GetValueOrDefault("Module Guid") ?? NoGuid,
                ["Module Name"] = module.Name,
                [FrontMatter.Date] = existing?.FrontMatter.GetValueOrDefault(FrontMatter.Date) ?? FrontMatter.Format(today),
                ["PlatyPS schema version"] = CmdletPage.SchemaVersion,
                ["title"] = $"{module.Name} Module",
            },
            existing?.FrontMatter)));
        text.Append(CultureInfo.InvariantCulture, $"\n# {module.Name} Module\n\n## Description\n\n");
        text.Append(written ?? module.Manifest?.Description ?? module.Description ?? Placeholder.Of("in the module's description"));
        text.Append(CultureInfo.InvariantCulture, $"\n\n## {module.Name} Cmdlets\n");
        foreach (CmdletPage page in pages)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### [{page.Name}]({page.Name}.md)\n\n{page.Synopsis.Text}\n");
        }

        return text.ToString();
    }

    public static Prose? DescriptionOf(MarkdownText? page) =>
        page?.Sections is [var title, ..] ? title.Children.FirstOrDefault(section => section.Title == "Description")?.Text : null;
}
