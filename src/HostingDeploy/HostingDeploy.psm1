# Loads the module's assemblies into a load context of their own. An assembly is bound within its own context first, so
# HostingDeploy finds its SSH.NET and YamlDotNet whatever versions other modules have loaded, and they never meet ours.

$context = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'HostingDeploy' | Select-Object -First 1
if (-not $context) {
    $context = [System.Runtime.Loader.AssemblyLoadContext]::new('HostingDeploy')
    foreach ($dependency in [System.IO.Directory]::GetFiles((Join-Path $PSScriptRoot 'dependencies'), '*.dll')) {
        $null = $context.LoadFromAssemblyPath($dependency)
    }
}

$assembly = $context.LoadFromAssemblyPath((Join-Path $PSScriptRoot 'HostingDeploy.dll'))
$inner = Import-Module -Assembly $assembly -PassThru

# An assembly imported before (a second import, another runspace) comes from PowerShell's cache, which forgets to hand its
# cmdlets to the module around it: https://github.com/PowerShell/PowerShell/issues/20710
$add = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
foreach ($cmdlet in $inner.ExportedCmdlets.Values) {
    $null = $add.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
}

Set-Alias -Name Sync-Secret -Value Sync-Secrets
Export-ModuleMember -Cmdlet * -Alias Sync-Secret
