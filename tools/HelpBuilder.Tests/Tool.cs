namespace HelpBuilder.Tests;

/// <summary>Runs the program's commands on the fixture.</summary>
internal static class Tool
{
    public static readonly DateOnly FirstDay = new(2026, 1, 31);

    public static (int ExitCode, string Output) Scaffold(Folders folders, DateOnly? today = null) =>
        Run(today ?? FirstDay, "scaffold", folders.Help, Folders.Dll);

    /// <summary>The problems, without the folder's name.</summary>
    public static (int ExitCode, string[] Problems) Check(Folders folders)
    {
        (int exitCode, string output) = Run(FirstDay, "check", folders.Help, Folders.Dll);
        return (exitCode, output.Replace(folders.Help + "/", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public static (int ExitCode, string Output) Build(Folders folders) =>
        Run(FirstDay, "build", folders.Help, Folders.Dll, folders.Culture);

    public static (int ExitCode, string Output) Run(DateOnly today, params string[] arguments)
    {
        using var output = new StringWriter();
        int exitCode = Cli.Run(arguments, output, output, today);
        return (exitCode, output.ToString());
    }

    /// <summary>Pages for all three cmdlets that pass every check.</summary>
    public static void WriteCompletePages(Folders folders)
    {
        Scaffold(folders);
        folders.Replace("Test-Lamp", "{{ Fill in the description }}", "It looks at the light, not at the switch.");
        folders.Replace("Test-Lamp", "{{ Fill in an example }}", "### Example 1: Ask\n\n```powershell\nTest-Lamp -Name Sun\n```");
        folders.Replace("Test-Lamp", "{{ Fill in what it says }}", "`$true` when it shines.");
    }
}
