using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>How much Invoke-Pester prints.</summary>
public enum TestOutputLevel
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Failures and totals.</summary>
    Minimal,

    /// <summary>Also a line for each file.</summary>
    Normal,

    /// <summary>Also a line for each test.</summary>
    Detailed,
}

/// <summary>Prints the course of a run.</summary>
internal sealed class TestOutput(PSHostUserInterface ui, TestOutputLevel level)
{
    public void FileStarted(TestFile file)
    {
        if (level >= TestOutputLevel.Normal)
        {
            Write(ConsoleColor.Magenta, $"\nRunning tests from '{file.Item.FullName}'");
        }
    }

    public void FileFailed(TestFile file) => WriteFailure($"[-] Discovery of {file.Item.FullName} failed", file.ErrorRecord, indent: 0);

    public void FileEmpty(TestFile file)
    {
        if (level > TestOutputLevel.None)
        {
            Write(ConsoleColor.Yellow, $"[!] {file.Item.FullName} contains no tests.");
        }
    }

    public void BlockStarted(TestBlock block)
    {
        if (level >= TestOutputLevel.Detailed && !block.IsRoot)
        {
            Write(ConsoleColor.Green, $"{Indent(block.Depth)}{(block.Depth == 0 ? "Describing" : "Context")} {block.ExpandedName}");
        }
    }

    public void BlockFailed(TestBlock block, int testsNotRun)
    {
        string name = block.IsRoot ? "The setup or teardown of the file" : $"The setup or teardown of {block.ExpandedPath}";
        string consequence = testsNotRun > 0 ? $"; {testsNotRun} tests count as failed because they did not run" : "";
        WriteFailure($"[-] {name} failed{consequence}", block.ErrorRecord, block.Depth + 1);
    }

    public void TestFinished(TestCase test)
    {
        int depth = test.Parent!.Depth + 1;
        string time = string.Create(CultureInfo.InvariantCulture, $" {test.Duration.TotalMilliseconds:0}ms");
        switch (test.Result)
        {
            case TestOutcome.Failed:
                string name = level >= TestOutputLevel.Detailed ? test.ExpandedName : test.ExpandedPath;
                WriteFailure($"[-] {name}{time}", test.ErrorRecord, depth);
                break;
            case TestOutcome.Passed when level >= TestOutputLevel.Detailed:
                Write(ConsoleColor.DarkGreen, $"{Indent(depth)}[+] {test.ExpandedName}{time}");
                break;
            case TestOutcome.Skipped when level >= TestOutputLevel.Detailed:
                string reason = test.ErrorRecord is [{ } error] ? $" {error.Exception.Message}" : "";
                Write(ConsoleColor.Yellow, $"{Indent(depth)}[!] {test.ExpandedName}{reason}");
                break;
        }
    }

    public void RunFinished(TestRunResult result)
    {
        if (level > TestOutputLevel.None)
        {
            int failed = Math.Max(result.FailedCount + result.FailedContainersCount, result.Result == "Failed" ? 1 : 0);
            Write(failed > 0 ? ConsoleColor.Red : null, $"\n{result.PassedCount} passed, {failed} failed, {result.SkippedCount} skipped");
        }
    }

    private void WriteFailure(string title, IEnumerable<ErrorRecord> errors, int indent)
    {
        if (level == TestOutputLevel.None)
        {
            return;
        }

        Write(ConsoleColor.Red, Indent(indent) + title);
        foreach (ErrorRecord error in errors)
        {
            string message = error.ErrorDetails?.Message ?? error.Exception.Message;
            foreach (string line in $"{Kind(error)}{message}\n{Place(error)}".Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Write(ConsoleColor.Red, $"{Indent(indent)}  {line.TrimEnd()}");
            }
        }
    }

    private static string Kind(ErrorRecord error) =>
        error.Exception is AssertionException ? "" : $"{error.Exception.GetType().Name}: ";

    private static string Place(ErrorRecord error) => error.TargetObject is Hashtable place && place.ContainsKey("LineText")
        ? $"at {place["LineText"]}, {place["File"]}:{place["Line"]}"
        : string.Join('\n', (error.ScriptStackTrace ?? "")
            .Split('\n')
            .Where(l => !l.Contains("<No file>", StringComparison.Ordinal))
            .Select(l => l.Trim().Replace(": line ", ":", StringComparison.Ordinal)));

    private static string Indent(int depth) => new(' ', 2 * Math.Max(0, depth));

    private void Write(ConsoleColor? color, string text)
    {
        if (color is { } foreground)
        {
            ui.WriteLine(foreground, ui.RawUI.BackgroundColor, text);
        }
        else
        {
            ui.WriteLine(text);
        }
    }
}
