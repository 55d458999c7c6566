using System.Globalization;
using HelpBuilder.Reflection;

namespace HelpBuilder;

/// <summary>Renders the syntax blocks of a page, in the order Get-Command shows parameters.</summary>
internal static class Syntax
{
    private const int Width = 80;

    /// <summary>The lines of one parameter set; continuation lines begin with a space.</summary>
    public static string Render(Cmdlet cmdlet, ParameterSet set)
    {
        IEnumerable<(CmdletParameter Parameter, ParameterSetFacts Facts)> shown = cmdlet.Parameters
            .Select(parameter => (Parameter: parameter, Facts: parameter.Facts.In(set.Name)!))
            .Where(entry => entry.Facts is not null && !entry.Parameter.Facts.DontShow);
        IEnumerable<string> words =
        [
            cmdlet.Name,
            .. shown.OrderBy(entry => Rank(entry.Facts)).Select(entry => Word(entry.Parameter, entry.Facts)),
            "[<CommonParameters>]",
        ];

        var lines = new List<string>();
        foreach (string word in words)
        {
            // A parameter is never split from its value.
            if (lines.Count > 0 && lines[^1].Length + 1 + word.Length <= Width)
            {
                lines[^1] += " " + word;
            }
            else
            {
                lines.Add(lines.Count == 0 ? word : " " + word);
            }
        }

        return string.Join('\n', lines);
    }

    /// <summary>Positional parameters by position, then the mandatory ones, then the rest.</summary>
    private static int Rank(ParameterSetFacts facts) => facts switch
    {
        { Position: not ParameterSetFacts.Named } => int.Parse(facts.Position, CultureInfo.InvariantCulture),
        { IsRequired: true } => int.MaxValue - 1,
        _ => int.MaxValue,
    };

    private static string Word(CmdletParameter parameter, ParameterSetFacts facts)
    {
        string name = $"-{parameter.Name}";
        if (facts.Position != ParameterSetFacts.Named)
        {
            name = $"[{name}]";
        }

        string word = parameter.Facts.IsSwitch ? name : $"{name} <{parameter.ShortType}>";
        return facts.IsRequired ? word : $"[{word}]";
    }
}
