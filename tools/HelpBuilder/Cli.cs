using HelpBuilder.Checks;
using HelpBuilder.Output;
using HelpBuilder.Pages;
using HelpBuilder.Reflection;

namespace HelpBuilder;

/// <summary>The command line: build, check, scaffold.</summary>
internal static class Cli
{
    private const int Failed = 1;
    private const int BadUsage = 2;

    private const string Usage = """
        HelpBuilder build    <help folder> <module dll> <output folder>   write the MAML file and the about topics
        HelpBuilder check    <help folder> <module dll>                   compare the pages with the cmdlets
        HelpBuilder scaffold <help folder> <module dll>                   create and update pages
        """;

    public static int Run(string[] args, TextWriter output, TextWriter error, DateOnly today)
    {
        List<Problem>? problems = args switch
        {
            ["build", var folder, var dll, var target] when File.Exists(dll) => new HelpOutput(new HelpFolder(folder), dll).Write(target),
            ["check", var folder, var dll] when File.Exists(dll) => new Checker(new HelpFolder(folder), ModuleAssembly.Load(dll)).Run(),
            ["scaffold", var folder, var dll] when File.Exists(dll) => new Scaffold(new HelpFolder(folder), ModuleAssembly.Load(dll), today, output).Run(),
            _ => null,
        };
        if (problems is null)
        {
            error.WriteLine(args is [_, _, var missing, ..] ? $"There is no file '{missing}', or too much or too little was given.\n{Usage}" : Usage);
            return BadUsage;
        }

        foreach (Problem problem in problems)
        {
            error.WriteLine(problem);
        }

        return problems.Count == 0 ? 0 : Failed;
    }
}
