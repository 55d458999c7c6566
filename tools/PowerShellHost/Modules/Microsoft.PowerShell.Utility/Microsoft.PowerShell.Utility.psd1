@{
    ModuleVersion     = '7.0.0.0'
    GUID              = '7e8dd20a-41ca-483a-a150-a072ac71580a'
    Author            = 'The HostingDeploy authors'
    Description       = 'The part of the Utility commands that the host of this repository has.'
    NestedModules     = @('../../PowerShellHost.dll')
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    CmdletsToExport   = @(
        'Add-Member', 'Compare-Object', 'ConvertFrom-Json', 'ConvertTo-Json', 'Format-List', 'Format-Table',
        'Get-Alias', 'Get-Culture', 'Get-Date', 'Get-FileHash', 'Get-Host', 'Get-Member', 'Get-Random',
        'Get-UICulture', 'Get-Unique', 'Get-Variable', 'Group-Object', 'Import-PowerShellDataFile',
        'Invoke-Expression', 'Measure-Command', 'Measure-Object', 'New-Guid', 'New-Object', 'New-TemporaryFile',
        'New-TimeSpan', 'New-Variable', 'Out-File', 'Out-String', 'Read-Host', 'Remove-Variable',
        'Select-Object', 'Select-String', 'Set-Alias', 'Set-Variable', 'Sort-Object', 'Start-Sleep',
        'Tee-Object', 'Write-Debug', 'Write-Error', 'Write-Host', 'Write-Information', 'Write-Output',
        'Write-Progress', 'Write-Verbose', 'Write-Warning'
    )
}
