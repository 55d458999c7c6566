@{
    ModuleVersion     = '7.0.0.0'
    GUID              = 'a9170834-84b9-42e0-859f-fd2d10c2e8d2'
    Author            = 'The HostingDeploy authors'
    Description       = 'The part of the Management commands that the host of this repository has.'
    NestedModules     = @('../../PowerShellHost.dll')
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    CmdletsToExport   = @(
        'Add-Content', 'Clear-Content', 'Convert-Path', 'Copy-Item', 'Get-ChildItem', 'Get-Content', 'Get-Item',
        'Get-Location', 'Get-PSDrive', 'Join-Path', 'Move-Item', 'New-Item', 'Pop-Location', 'Push-Location',
        'Remove-Item', 'Rename-Item', 'Resolve-Path', 'Set-Content', 'Set-Item', 'Set-Location', 'Split-Path',
        'Test-Path'
    )
}
