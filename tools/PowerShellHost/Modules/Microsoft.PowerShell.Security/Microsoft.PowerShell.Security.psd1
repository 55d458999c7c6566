@{
    ModuleVersion     = '7.0.0.0'
    GUID              = 'f73ae165-bfb9-4649-854f-47b3635d4458'
    Author            = 'The HostingDeploy authors'
    Description       = 'The part of the Security commands that the host of this repository has.'
    NestedModules     = @('../../PowerShellHost.dll')
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    CmdletsToExport   = @('ConvertFrom-SecureString', 'ConvertTo-SecureString', 'Get-Credential')
}
