using System.Management.Automation.Language;
using HelpBuilder.Pages;
using HelpBuilder.Reflection;
using Markdig;
using Markdig.Syntax;

namespace HelpBuilder.Checks;

/// <summary>Reads the examples with PowerShell's parser, so that none shows a line that cannot run.</summary>
internal sealed class ExampleChecker
{
    private static readonly HashSet<string> s_common = new(
        System.Management.Automation.Cmdlet.CommonParameters.Concat(["ea", "ev", "infa", "iv", "ob", "ov", "pv", "proga", "vb", "db", "wa", "wv"]),
        StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, Cmdlet> _cmdlets = new(StringComparer.OrdinalIgnoreCase);

    public ExampleChecker(ModuleAssembly module)
    {
        foreach (Cmdlet cmdlet in module.Cmdlets)
        {
            _cmdlets[cmdlet.Name] = cmdlet;
            foreach (string alias in cmdlet.Aliases)
            {
                _cmdlets[alias] = cmdlet;
            }
        }
    }

    public IEnumerable<Problem> Check(string file, CmdletPage page)
    {
        if (page.Examples.Count == 0)
        {
            yield return new Problem(file, page.ExamplesPlaceholder.Line, "there is no example");
        }

        foreach (PageEntry example in page.Examples)
        {
            MarkdownDocument body = Markdown.Parse(example.Text.Text, MarkdownText.Pipeline);
            FencedCodeBlock[] blocks = [.. body.OfType<FencedCodeBlock>()];
            bool isExplained = example.Title.Contains(':', StringComparison.Ordinal) || body.Count > blocks.Length;
            if (blocks.Length == 0)
            {
                yield return new Problem(file, example.Line, $"'{example.Title}' has no code");
            }
            else if (!isExplained)
            {
                yield return new Problem(file, example.Line, $"'{example.Title}' says neither in its title nor below what it shows");
            }

            foreach (FencedCodeBlock block in blocks.Where(block => block.Info == "powershell"))
            {
                foreach (Problem problem in CheckCode(file, block.Lines.ToString(), example.Text.Line + block.Line + 1))
                {
                    yield return problem;
                }
            }
        }
    }

    private IEnumerable<Problem> CheckCode(string file, string code, int firstLine)
    {
        ScriptBlockAst script = Parser.ParseInput(code, out _, out ParseError[] errors);
        foreach (ParseError error in errors)
        {
            yield return new Problem(file, firstLine + error.Extent.StartLineNumber - 1, $"the example does not parse: {error.Message}");
        }

        foreach (CommandAst command in script.FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
        {
            if (command.GetCommandName() is not { } name || !_cmdlets.TryGetValue(name, out Cmdlet? cmdlet))
            {
                continue;
            }

            foreach (CommandParameterAst parameter in command.CommandElements.OfType<CommandParameterAst>())
            {
                if (!s_common.Contains(parameter.ParameterName) && !IsOf(cmdlet, parameter.ParameterName))
                {
                    yield return new Problem(
                        file,
                        firstLine + parameter.Extent.StartLineNumber - 1,
                        $"the example uses -{parameter.ParameterName}, which {cmdlet.Name} does not have");
                }
            }
        }
    }

    /// <summary>Only full names and aliases: an abbreviation works, and teaches something that breaks with the next parameter.</summary>
    private static bool IsOf(Cmdlet cmdlet, string name) => cmdlet.Parameters.Any(parameter =>
        parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
        || parameter.Facts.Aliases.Contains(name, StringComparer.OrdinalIgnoreCase));
}
