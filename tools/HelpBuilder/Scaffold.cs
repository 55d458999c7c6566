using HelpBuilder.Pages;
using HelpBuilder.Reflection;

namespace HelpBuilder;

/// <summary>Creates the pages that are missing and brings the generated parts of the others up to date.</summary>
internal sealed class Scaffold(HelpFolder folder, ModuleAssembly module, DateOnly today, TextWriter log)
{
    private readonly PageComposer _composer = new(module);

    /// <summary>Pages that do not read are left as they are and returned as problems.</summary>
    public List<Problem> Run()
    {
        var problems = new List<Problem>();
        var pages = new List<CmdletPage>();
        foreach (Cmdlet cmdlet in module.Cmdlets)
        {
            string? old = folder.Has(cmdlet.Name) ? folder.Read(cmdlet.Name) : null;
            CmdletPage? existing = old is null ? null : CmdletPageReader.Read(folder.PathOf(cmdlet.Name), old, problems);
            if (old is not null && existing is null)
            {
                continue;
            }

            CmdletPage page = _composer.Compose(cmdlet, existing, today);
            foreach (string dropped in Dropped(existing, page))
            {
                log.WriteLine($"{folder.PathOf(cmdlet.Name)}: removed {dropped}, which the cmdlet no longer has");
            }

            Save(cmdlet.Name, old, CmdletPageWriter.Write(page));
            pages.Add(page);
        }

        if (problems.Count == 0)
        {
            SaveModulePage(pages);
        }

        return problems;
    }

    private void SaveModulePage(List<CmdletPage> pages)
    {
        string? old = folder.Has(module.Name) ? folder.Read(module.Name) : null;
        Save(module.Name, old, ModulePage.Write(module, pages, old is null ? null : MarkdownText.Parse(old), today));
    }

    private static IEnumerable<string> Dropped(CmdletPage? existing, CmdletPage page)
    {
        if (existing is null)
        {
            return [];
        }

        return existing.Parameters.Select(parameter => $"-{parameter.Name}")
            .Except(page.Parameters.Select(parameter => $"-{parameter.Name}"), StringComparer.OrdinalIgnoreCase)
            .Concat(existing.Inputs.Select(entry => $"input {entry.Title}").Except(page.Inputs.Select(entry => $"input {entry.Title}")))
            .Concat(existing.Outputs.Select(entry => $"output {entry.Title}").Except(page.Outputs.Select(entry => $"output {entry.Title}")));
    }

    /// <summary>Writes only what changed, and dates the page then.</summary>
    private void Save(string name, string? old, string text)
    {
        if (text == old)
        {
            return;
        }

        if (old is not null)
        {
            text = FrontMatter.Redate(text, today);
        }

        folder.Write(name, text);
        log.WriteLine($"{folder.PathOf(name)}: {(old is null ? "created" : "updated")}");
    }
}
