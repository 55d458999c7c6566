# The module as a thing to install, import, remove and import again.

BeforeAll {
    . "$PSScriptRoot/Module.ps1"
    Import-BuiltModule
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $path = Get-BuiltModulePath
    $folder = Split-Path $path
    $manifest = Import-PowerShellDataFile $path
    $hosting = "$TestDrive/hosting.yml"
    Set-Content $hosting @'
servers:
  web1:
    host: web1.example.org
apps:
  shop:
    title: Shop of Things
    repository: git@github.com:example/shop.git
    domain: shop.example.org
'@
    $savedFile = $env:HOSTING_FILE
    $env:HOSTING_FILE = $hosting

    function Invoke-InNewProcess {
        param([string] $Text)

        & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command $Text 2>&1 | ForEach-Object { "$_" }
    }
}

AfterAll {
    $env:HOSTING_FILE = $savedFile
}

Describe 'The manifest' {
    It 'has the version of the build' {
        $version = ([xml](Get-Content -Raw "$root/Directory.Build.props")).Project.PropertyGroup.Version
        $manifest.ModuleVersion | Should -Be $version
        Split-Path -Leaf $folder | Should -Be $version
        (Get-Module HostingDeploy).Version | Should -Be $version
    }

    It 'is for PowerShell 7.4 and later' {
        $manifest.PowerShellVersion | Should -Be '7.4'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
    }

    It 'exports by name, so that commands are found before the module is loaded' {
        $manifest.CmdletsToExport | Should -Not -Match '[*?]'
        $manifest.AliasesToExport | Should -Be 'Sync-Secret'
        $manifest.FunctionsToExport | Should -BeNullOrEmpty
        $manifest.VariablesToExport | Should -BeNullOrEmpty
    }

    It 'has what the PowerShell Gallery asks for' {
        $manifest.Author | Should -Not -BeNullOrEmpty
        $manifest.Description.Length | Should -BeGreaterThan 50
        $manifest.GUID | Should -Be '6f0a1c53-58d6-4a0e-9d53-0b1d2c7f3a41'
        $manifest.PrivateData.PSData.Tags | Should -Contain 'PSEdition_Core'
    }

    It 'names files that are there' {
        foreach ($file in @($manifest.RootModule) + $manifest.FormatsToProcess) {
            "$folder/$file" | Should -Exist
        }
    }
}

Describe 'The folder of the module' {
    It 'holds nothing of PowerShell itself and nothing to debug with' {
        $names = (Get-ChildItem $folder -Recurse -File).Name
        $names | Should -Not -Contain 'System.Management.Automation.dll'
        $names | Should -Not -Match '\.(pdb|deps\.json|runtimeconfig\.json)$'
    }

    It 'holds the libraries in a folder of their own' {
        (Get-ChildItem $folder -Filter *.dll -File).Name | Should -Be 'HostingDeploy.dll'
        (Get-ChildItem "$folder/dependencies" -Filter *.dll -File).Name | Should -Contain 'Renci.SshNet.dll'
    }
}

Describe 'Importing' {
    It 'says nothing and leaves nothing but the cmdlets and the alias' {
        $before = @((Get-Command -CommandType Function).Name) + (Get-Variable -Scope Global).Name
        Import-Module $path -Force -Global *>&1 | Should -BeNullOrEmpty
        $after = @((Get-Command -CommandType Function).Name) + (Get-Variable -Scope Global).Name
        $after | Where-Object { $_ -notin $before } | Should -BeNullOrEmpty
        (Get-Command -Module HostingDeploy).CommandType | Sort-Object -Unique | Should -Be 'Alias', 'Cmdlet'
    }

    It 'gives Sync-Secrets its singular name' {
        (Get-Alias Sync-Secret).Definition | Should -Be 'Sync-Secrets'
    }

    It 'works again, by force or after removing' {
        Import-Module $path -Force -Global
        (Get-DeployApp shop).Domain | Should -Be 'shop.example.org'
        Remove-Module HostingDeploy
        Get-Module HostingDeploy | Should -BeNullOrEmpty
        Import-Module $path -Global
        (Get-DeployApp shop).Domain | Should -Be 'shop.example.org'
        @(Get-Command -Module HostingDeploy -CommandType Cmdlet).Count | Should -Be $manifest.CmdletsToExport.Count
    }

    It 'happens by itself when a command is used' {
        $saved = $env:PSModulePath
        $env:PSModulePath = Split-Path (Split-Path $folder)
        try {
            Invoke-InNewProcess '(Get-DeployApp shop).Title; (Get-Module HostingDeploy).Name' | Should -Be 'Shop of Things', 'HostingDeploy'
        }
        finally {
            $env:PSModulePath = $saved
        }
    }

    It 'works in many runspaces at once, which share one set of types' {
        $text = "1..6 | ForEach-Object -ThrottleLimit 6 -Parallel { Import-Module '$path'; (Get-DeployApp shop).Domain; (Get-Command New-DeploySession).ImplementingType.TypeHandle.Value } | Group-Object | ForEach-Object { `$_.Count }"
        Invoke-InNewProcess $text | Should -Be '6', '6'
    }

    It 'hands an object of one runspace to a cmdlet of another' {
        $text = "Import-Module '$path'; `$app = Get-DeployApp shop; 1 | ForEach-Object -Parallel { Import-Module '$path'; try { Test-PumaService -App `$using:app } catch { `$_.FullyQualifiedErrorId } }"

        # Taken for the app it is, it is only the server that cannot be reached.
        Invoke-InNewProcess $text | Should -Not -Match 'Parameter'
    }
}

Describe 'Output' {
    It 'is a table that fits a terminal' {
        $lines = @((Get-DeployApp | Out-String -Width 100).Trim() -split '\r?\n')
        $lines[0] -split '\s+' | Should -Be 'Name', 'Server', 'Branch', 'Domain', 'Repository'
        $lines[2] | Should -Match '^shop\s+web1\s+main\s+shop\.example\.org\s+git@github'
        $lines | ForEach-Object Length | Sort-Object | Select-Object -Last 1 | Should -BeLessOrEqual 100
    }

    It 'shows an object by its name where it stands for itself' {
        "$(Get-DeployApp shop) on $((Get-DeployApp shop).Server)" | Should -Be 'shop on web1'
    }
}
