# PowerShell loads a module's assembly into the default load context, where the first SSH.NET or YamlDotNet that any module
# brought serves all of them. This module and what it depends on live in a context of their own: neither side sees the
# other's versions.
using namespace System.Runtime.Loader
using namespace System.Threading

# One context for all runspaces of the process, or a session opened in one would be of another type in the next.
[Monitor]::Enter([AppDomain]::CurrentDomain)
try {
    $context = [AssemblyLoadContext]::All.Where({ $_.Name -ceq "HostingDeploy in $PSScriptRoot" }, 'First')[0]
    if (-not $context) {
        $context = [AssemblyLoadContext]::new("HostingDeploy in $PSScriptRoot")
        foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, 'dependencies'), '*.dll')) {
            # What a context has loaded already goes before the default context's.
            $null = $context.LoadFromAssemblyPath($file)
        }
    }

    $assembly = $context.LoadFromAssemblyPath([System.IO.Path]::Combine($PSScriptRoot, 'HostingDeploy.dll'))
}
finally {
    [Monitor]::Exit([AppDomain]::CurrentDomain)
}

$commands = Import-Module -Assembly $assembly -PassThru

# PowerShell would take the removed module for still loaded at the next import, and export nothing.
$ExecutionContext.SessionState.Module.OnRemove = { Remove-Module -ModuleInfo $commands -Force }.GetNewClosure()
