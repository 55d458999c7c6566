@{
    ModuleVersion     = '7.0.0.0'
    GUID              = '870d5384-c03e-402c-9be8-19f06039543d'
    Author            = 'The HostingDeploy authors'
    Description       = 'The part of the Host commands that the host of this repository has.'
    NestedModules     = @('../../PowerShellHost.dll')
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    CmdletsToExport   = @('Start-Transcript', 'Stop-Transcript')
}
