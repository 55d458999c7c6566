@{
    RootModule           = 'HostingDeploy.psm1'
    # Stamped by the build from <Version> in Directory.Build.props.
    ModuleVersion        = '0.1.0'
    GUID                 = '6f0a1c53-58d6-4a0e-9d53-0b1d2c7f3a41'
    Author               = 'The HostingDeploy authors'
    CompanyName          = 'HostingDeploy'
    Copyright            = 'Copyright (c) 2026 The HostingDeploy authors'
    Description          = 'Deploys Ruby on Rails applications (Puma, systemd, nginx, PostgreSQL, Let''s Encrypt) to Linux servers over SSH, in one command, step by step, and back.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('HostingDeploy.format.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Build-AppAsset'
        'Get-AppDeployment'
        'Get-AppRelease'
        'Get-DeployApp'
        'Get-DeploySession'
        'Install-AppBundle'
        'Invoke-AppDeployment'
        'Invoke-RemoteCommand'
        'Invoke-RemoteGitClone'
        'Lock-AppDeployment'
        'New-AppDatabase'
        'New-AppDirectory'
        'New-DeploySession'
        'New-PgUser'
        'Publish-NginxSite'
        'Publish-SystemdUnit'
        'Remove-AppDeployment'
        'Remove-DeploySession'
        'Request-Certificate'
        'Restart-NginxService'
        'Start-PumaService'
        'Sync-Secrets'
        'Test-DeployConfig'
        'Test-PumaService'
        'Undo-AppDeployment'
        'Unlock-AppDeployment'
        'Update-AppDatabase'
    )
    AliasesToExport      = @('Sync-Secret')
    PrivateData          = @{
        PSData = @{
            Tags         = @('Rails', 'Deployment', 'Puma', 'nginx', 'PostgreSQL', 'systemd', 'SSH', 'LetsEncrypt', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
