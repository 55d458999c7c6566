using HelpBuilder.Pages;
using HelpBuilder.Reflection;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace HelpBuilder.Checks;

/// <summary>Compares all pages of a folder with a module.</summary>
internal sealed class Checker(HelpFolder folder, ModuleAssembly module)
{
    private readonly List<Problem> _problems = [];

    public List<Problem> Run()
    {
        var composer = new PageComposer(module);
        var examples = new ExampleChecker(module);
        var pages = new List<CmdletPage>();
        foreach (Cmdlet cmdlet in module.Cmdlets)
        {
            string file = folder.PathOf(cmdlet.Name);
            if (!folder.Has(cmdlet.Name))
            {
                _problems.Add(new Problem(file, 1, $"the page of {cmdlet.Name} is missing"));
            }
            else if (CmdletPageReader.Read(file, folder.Read(cmdlet.Name), _problems) is { } page)
            {
                pages.Add(page);
                CheckCmdletPage(file, cmdlet, page, composer, examples);
            }
        }

        foreach (string name in folder.CmdletNames(module.Name).Except(module.Cmdlets.Select(cmdlet => cmdlet.Name)))
        {
            _problems.Add(new Problem(folder.PathOf(name), 1, $"the module has no cmdlet {name}"));
        }

        CheckModulePage(pages);
        foreach (string name in folder.AboutNames())
        {
            _problems.AddRange(AboutChecker.Check(folder.PathOf(name), name, folder.Read(name)));
            CheckText(folder.PathOf(name), folder.Read(name));
        }

        return _problems;
    }

    private void CheckCmdletPage(string file, Cmdlet cmdlet, CmdletPage page, PageComposer composer, ExampleChecker examples)
    {
        string text = folder.Read(cmdlet.Name);
        int before = _problems.Count;
        CmdletPage expected = composer.Compose(cmdlet, page, today: default);
        _problems.AddRange(new CmdletPageChecker(file, cmdlet, page, expected).Check());
        _problems.AddRange(examples.Check(file, page));
        CheckText(file, text);
        if (_problems.Count == before)
        {
            CheckUpToDate(file, text, CmdletPageWriter.Write(expected));
        }
    }

    private void CheckModulePage(List<CmdletPage> pages)
    {
        string file = folder.PathOf(module.Name);
        if (!folder.Has(module.Name))
        {
            _problems.Add(new Problem(file, 1, "the module's page is missing"));
            return;
        }

        string text = folder.Read(module.Name);
        MarkdownText page = MarkdownText.Parse(text);
        if (ModulePage.DescriptionOf(page) is not { IsUnwritten: false })
        {
            _problems.Add(new Problem(file, 1, "the module's description is missing"));
        }
        else if (pages.Count == module.Cmdlets.Count)
        {
            CheckUpToDate(file, text, ModulePage.Write(module, pages, page, today: default));
        }

        CheckText(file, text);
    }

    /// <summary>The last net: what no other check names, down to the blank lines.</summary>
    private void CheckUpToDate(string file, string text, string expected)
    {
        string[] have = text.Split('\n');
        string[] want = expected.Split('\n');
        int line = Enumerable.Range(0, Math.Max(have.Length, want.Length))
            .FirstOrDefault(i => i >= have.Length || i >= want.Length || have[i] != want[i], -1);
        if (line >= 0)
        {
            string wanted = line < want.Length ? $"'{want[line]}'" : "the end";
            _problems.Add(new Problem(file, line + 1, $"out of date: {wanted} should stand here; run scaffold"));
        }
    }

    /// <summary>Placeholders and links that lead nowhere. Braces in code are code: a template, a format string.</summary>
    private void CheckText(string file, string text)
    {
        MarkdownDocument document = MarkdownText.Parse(text).Document;
        foreach (LiteralInline literal in document.Descendants<LiteralInline>())
        {
            // A text that is missing was reported as that.
            if (literal.Content.ToString().Contains("{{", StringComparison.Ordinal)
                && !_problems.Exists(problem => problem.File == file && problem.Line == literal.Line + 1))
            {
                _problems.Add(new Problem(file, literal.Line + 1, $"a placeholder is left: {literal.Content}"));
            }
        }

        foreach (LinkInline link in document.Descendants<LinkInline>())
        {
            string path = link.Url?.Split('#')[0] ?? "";
            if (path.Length > 0 && !Uri.TryCreate(path, UriKind.Absolute, out _)
                && !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, path)))
            {
                _problems.Add(new Problem(file, link.Line + 1, $"the link to '{link.Url}' leads nowhere"));
            }
        }
    }
}
