# Proves: two modules with different versions of SSH.NET, and of the cryptography under it, live in one PowerShell, whichever
# comes first: both log in to the same server, and each uses its own.

BeforeAll {
    . "$PSScriptRoot/Live.ps1"
    Import-BuiltModule
    Reset-Server
    $folder = [System.IO.Path]::GetFullPath("$TestDrive/two")
    $null = New-Item -ItemType Directory -Path "$folder/Other"

    # The other module, as people write them: its libraries lie beside it.
    Set-Content -LiteralPath "$folder/packages.csproj" @'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <NuGetAudit>false</NuGetAudit>
    <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="SSH.NET" Version="[2024.2.0]" />
    <PackageDownload Include="BouncyCastle.Cryptography" Version="[2.4.0]" />
  </ItemGroup>
</Project>
'@
    $null = Invoke-Tool -Name dotnet -ArgumentList 'restore', "$folder/packages.csproj", '--packages', "$folder/packages", '--nologo'
    Copy-Item -LiteralPath "$folder/packages/ssh.net/2024.2.0/lib/net8.0/Renci.SshNet.dll" "$folder/Other"
    Copy-Item -LiteralPath "$folder/packages/bouncycastle.cryptography/2.4.0/lib/net6.0/BouncyCastle.Cryptography.dll" "$folder/Other"
    Set-Content -LiteralPath "$folder/Other/Other.psd1" "@{ ModuleVersion = '1.0'; RootModule = 'Other.psm1'; RequiredAssemblies = 'BouncyCastle.Cryptography.dll', 'Renci.SshNet.dll'; FunctionsToExport = 'Invoke-Other' }"
    Set-Content -LiteralPath "$folder/Other/Other.psm1" @'
function Invoke-Other {
    param($HostName, $KeyFile, $Command)
    $client = [Renci.SshNet.SshClient]::new($HostName, 'root', [Renci.SshNet.PrivateKeyFile]::new($KeyFile))
    try {
        $client.Connect()
        "$([Renci.SshNet.SshClient].Assembly.GetName().Version.Major) $($client.RunCommand($Command).Result.Trim())"
    }
    finally {
        $client.Dispose()
    }
}
'@
}

Describe 'With another module that brings SSH.NET 2024.2.0 imported <Order>' -Tag Live -ForEach @(
    @{ Order = 'before this one'; Imports = 'Other', 'HostingDeploy' }
    @{ Order = 'after this one'; Imports = 'HostingDeploy', 'Other' }
) {
    BeforeAll {
        $path = @{ Other = "$folder/Other/Other.psd1"; HostingDeploy = Get-BuiltModulePath }
        $use = @{
            Other         = "Invoke-Other '$Address' '$Client/id_ed25519' 'echo from the other'"
            HostingDeploy = "Invoke-RemoteCommand web1 'echo from this one'"
        }
        $text = @('$ErrorActionPreference = "Stop"', "Set-Location '$Client'")
        $text += $Imports | ForEach-Object { "Import-Module '$($path[$_])'"; $use[$_] }

        # Again, with both of them loaded.
        $text += $Imports | ForEach-Object { $use[$_] }
        $text += '[System.AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq "Renci.SshNet" }).ForEach({ $_.GetName().Version.Major }) | Sort-Object'
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command ($text -join "`n") 2>&1 | ForEach-Object { "$_" }
    }

    It 'both work' {
        $expected = @{ Other = '2024 from the other'; HostingDeploy = 'from this one' }
        $said | Select-Object -First 4 | Should -Be ($Imports + $Imports | ForEach-Object { $expected[$_] })
    }

    It 'each has its own' {
        $own = [System.Reflection.AssemblyName]::GetAssemblyName((Join-Path (Split-Path (Get-BuiltModulePath)) 'dependencies/Renci.SshNet.dll')).Version.Major
        $own | Should -BeGreaterThan 2024
        $said | Select-Object -Last 2 | Should -Be '2024', "$own"
    }
}
