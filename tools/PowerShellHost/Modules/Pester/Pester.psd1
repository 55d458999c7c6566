@{
    ModuleVersion     = '5.7.0'
    GUID              = 'a23e206c-6221-464f-9d1d-39f3d7e59945'
    Author            = 'The HostingDeploy authors'
    Description       = 'The part of Pester 5 that the tests of this repository use, for machines without Pester.'
    NestedModules     = @('../../PowerShellHost.dll')
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport   = @(
        'AfterAll', 'AfterEach', 'BeforeAll', 'BeforeDiscovery', 'BeforeEach', 'Context', 'Describe', 'It', 'Should'
    )
    CmdletsToExport   = @(
        'Add-PesterAfterAll', 'Add-PesterAfterEach', 'Add-PesterBeforeAll', 'Add-PesterBeforeDiscovery',
        'Add-PesterBeforeEach', 'Add-PesterBlock', 'Add-PesterTest', 'Assert-PesterValue', 'Invoke-Pester',
        'Set-ItResult'
    )
}
