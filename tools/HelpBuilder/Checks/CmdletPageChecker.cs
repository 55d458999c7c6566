using HelpBuilder.Pages;
using HelpBuilder.Reflection;

namespace HelpBuilder.Checks;

/// <summary>Compares one page with its cmdlet.</summary>
/// <param name="file">The page's path, for the problems.</param>
/// <param name="cmdlet">The cmdlet.</param>
/// <param name="page">The page as it is.</param>
/// <param name="expected">The page with the cmdlet's facts and its own texts.</param>
internal sealed class CmdletPageChecker(string file, Cmdlet cmdlet, CmdletPage page, CmdletPage expected)
{
    private readonly List<Problem> _problems = [];

    public List<Problem> Check()
    {
        if (page.Name != cmdlet.Name)
        {
            Report(1, $"the page's heading is '{page.Name}', the cmdlet is {cmdlet.Name}");
        }

        foreach ((string key, string value) in expected.FrontMatter)
        {
            string? written = page.FrontMatter.GetValueOrDefault(key);
            if (written != value)
            {
                Report(1, $"front matter '{key}' is '{written}', it should be '{value}'");
            }
        }

        CheckWritten(page.Synopsis, "the synopsis");
        CheckSyntax();
        if (page.Aliases.Text != expected.Aliases.Text)
        {
            Report(page.Aliases.Line, $"the cmdlet's aliases are: {Listed(cmdlet.Aliases)}");
        }

        CheckWritten(page.Description, "the description");
        CheckParameters();
        CheckTypes("INPUTS", page.Inputs, expected.Inputs);
        CheckTypes("OUTPUTS", page.Outputs, expected.Outputs);
        return _problems;
    }

    private void CheckWritten(Prose prose, string what)
    {
        if (prose.IsUnwritten)
        {
            Report(prose.Line, $"{what} is missing");
        }
    }

    private void CheckSyntax()
    {
        foreach (PageEntry set in expected.Syntax)
        {
            if (page.Syntax.FirstOrDefault(entry => entry.Title == set.Title) is not { } written)
            {
                Report(page.Synopsis.Line, $"SYNTAX has no block '{set.Title}'");
            }
            else if (written.Text.Text != set.Text.Text)
            {
                Report(written.Line, $"the syntax of '{set.Title}' is out of date");
            }
        }

        foreach (PageEntry extra in page.Syntax.ExceptBy(expected.Syntax.Select(entry => entry.Title), entry => entry.Title))
        {
            Report(extra.Line, $"the cmdlet has no parameter set '{extra.Title}'");
        }
    }

    private void CheckParameters()
    {
        foreach (PageParameter wanted in expected.Parameters)
        {
            PageParameter? written = page.Parameters.FirstOrDefault(parameter => parameter.Name == wanted.Name);
            if (written is null)
            {
                Report(page.CommonParametersText.Line, $"-{wanted.Name} is missing");
                continue;
            }

            if (written.Text.IsUnwritten)
            {
                Report(written.Text.Line, $"-{wanted.Name} has no text");
            }

            CheckFacts(written, wanted.Facts);
        }

        foreach (PageParameter extra in page.Parameters.ExceptBy(expected.Parameters.Select(parameter => parameter.Name), parameter => parameter.Name))
        {
            Report(extra.Line, $"the cmdlet has no parameter -{extra.Name}");
        }
    }

    private void CheckFacts(PageParameter written, ParameterFacts wanted)
    {
        ParameterFacts have = written.Facts;
        Compare(written, "Type", have.Type, wanted.Type);
        Compare(written, "DefaultValue", have.DefaultValue, wanted.DefaultValue);
        Compare(written, "SupportsWildcards", have.SupportsWildcards, wanted.SupportsWildcards);
        Compare(written, "Aliases", Listed(have.Aliases), Listed(wanted.Aliases));
        Compare(written, "DontShow", have.DontShow, wanted.DontShow);
        Compare(written, "AcceptedValues", Listed(have.AcceptedValues), Listed(wanted.AcceptedValues));
        Compare(written, "HelpMessage", have.HelpMessage, wanted.HelpMessage);
        Compare(written, "ParameterSets", Listed(have.ParameterSets.Select(set => set.Name)), Listed(wanted.ParameterSets.Select(set => set.Name)));
        foreach (ParameterSetFacts set in wanted.ParameterSets)
        {
            if (have.ParameterSets.Find(candidate => candidate.Name == set.Name) is not { } facts)
            {
                continue;
            }

            string suffix = $" in set {set.Name}";
            Compare(written, "ParameterSets", facts.Position, set.Position, $"Position{suffix}");
            Compare(written, "ParameterSets", facts.IsRequired, set.IsRequired, $"IsRequired{suffix}");
            Compare(written, "ParameterSets", facts.ValueFromPipeline, set.ValueFromPipeline, $"ValueFromPipeline{suffix}");
            Compare(written, "ParameterSets", facts.ValueFromPipelineByPropertyName, set.ValueFromPipelineByPropertyName, $"ValueFromPipelineByPropertyName{suffix}");
            Compare(written, "ParameterSets", facts.ValueFromRemainingArguments, set.ValueFromRemainingArguments, $"ValueFromRemainingArguments{suffix}");
        }
    }

    private void Compare<T>(PageParameter parameter, string key, T written, T wanted, string? what = null)
    {
        if (!EqualityComparer<T>.Default.Equals(written, wanted))
        {
            Report(parameter.LineOf(key), $"-{parameter.Name}: {what ?? key} is '{written}', the cmdlet says '{wanted}'");
        }
    }

    private void CheckTypes(string section, IReadOnlyList<PageEntry> written, IReadOnlyList<PageEntry> wanted)
    {
        foreach (PageEntry missing in wanted.ExceptBy(written.Select(entry => entry.Title), entry => entry.Title))
        {
            Report(written.Count > 0 ? written[0].Line : 1, $"{section} lacks {missing.Title}");
        }

        foreach (PageEntry entry in written)
        {
            if (!wanted.Any(candidate => candidate.Title == entry.Title))
            {
                Report(entry.Line, $"{section} names {entry.Title}, the cmdlet does not");
            }
            else if (entry.Text.IsUnwritten)
            {
                Report(entry.Text.Line, $"{section} says nothing about {entry.Title}");
            }
        }
    }

    private static string Listed(IEnumerable<string> values) => string.Join(", ", values.DefaultIfEmpty("none"));

    private void Report(int line, string message) => _problems.Add(new Problem(file, line, message));
}
