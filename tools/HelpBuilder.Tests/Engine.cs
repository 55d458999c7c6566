using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace HelpBuilder.Tests;

/// <summary>The real PowerShell engine with the built module and its help.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Runspace _runspace;

    public Engine(Folders folders)
    {
        File.Copy(Folders.Dll, Path.Combine(folders.Module, "LampModule.dll"));
        File.WriteAllText(
            Path.Combine(folders.Module, "LampModule.psd1"),
            "@{ RootModule = 'LampModule.dll'; ModuleVersion = '1.0.0'; CmdletsToExport = '*'; AliasesToExport = '*' }");
        _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        _runspace.Open();
        Run($"Import-Module '{folders.Module}/LampModule.psd1'");
    }

    /// <summary>What a script writes, as text. Any error fails the test.</summary>
    public string[] Run(string script)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript("$ErrorActionPreference = 'Stop'\n" + script);
        return [.. shell.Invoke().Select(value => value?.ToString() ?? "")];
    }

    public void Dispose() => _runspace.Dispose();
}
