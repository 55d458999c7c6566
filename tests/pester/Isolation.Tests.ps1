# Other modules bring SSH.NET and YamlDotNet too, in whatever version. Each case runs in a process of its own, since an
# assembly that is loaded stays loaded.

BeforeAll {
    . "$PSScriptRoot/Module.ps1"
    $manifest = Get-BuiltModulePath
    $dependencies = Join-Path (Split-Path $manifest) 'dependencies'
    $folder = [System.IO.Path]::GetFullPath("$TestDrive/isolation")
    $null = New-Item -ItemType Directory -Path "$folder/packages"

    function Save-Package {
        # Versions that people still have, by way of NuGet.
        Set-Content -LiteralPath "$folder/packages.csproj" @'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <NuGetAudit>false</NuGetAudit>
    <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="YamlDotNet" Version="[16.3.0]" />
    <PackageDownload Include="SSH.NET" Version="[2024.2.0]" />
  </ItemGroup>
</Project>
'@
        $said = dotnet restore "$folder/packages.csproj" --packages "$folder/packages" --nologo 2>&1
        if ($LASTEXITCODE -ne 0) {
            throw "The packages could not be restored: $said"
        }
    }

    function Get-OlderAssembly {
        param([string] $Name)

        $path = @{
            'YamlDotNet'   = 'yamldotnet/16.3.0/lib/net8.0/YamlDotNet.dll'
            'Renci.SshNet' = 'ssh.net/2024.2.0/lib/net8.0/Renci.SshNet.dll'
        }
        "$folder/packages/$($path[$Name])"
    }

    function New-AssemblyCopy {
        # The module's own dependency as another module might bring it: as it is, or under a version still to come.
        param([string] $Name, [int] $MajorVersion)

        $bytes = [System.IO.File]::ReadAllBytes("$dependencies/$Name.dll")
        if ($MajorVersion) {
            $image = [System.Reflection.PortableExecutable.PEReader]::new([System.IO.MemoryStream]::new($bytes))
            $metadata = [System.Reflection.Metadata.PEReaderExtensions]::GetMetadataReader($image)
            $row = [System.Reflection.Metadata.Ecma335.MetadataReaderExtensions]::GetTableMetadataOffset($metadata, 'Assembly')

            # ECMA-335, II.22.2: the version follows the four bytes of the hash algorithm.
            [System.BitConverter]::GetBytes([uint16]$MajorVersion).CopyTo($bytes, $image.PEHeaders.MetadataStartOffset + $row + 4)
            $image.Dispose()
        }

        $copy = "$folder/copy-$MajorVersion"
        $null = New-Item -ItemType Directory -Path $copy -Force
        [System.IO.File]::WriteAllBytes("$copy/$Name.dll", $bytes)
        "$copy/$Name.dll"
    }

    function Get-ClosedPort {
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $listener.LocalEndpoint.Port
        $listener.Stop()
    }

    function Invoke-InNewProcess {
        # Loads the assembly where other modules load theirs, uses the module, and tells what came of it.
        param([string] $Assembly)

        $text = {
            param($Manifest, $Folder, $Assembly)
            $ErrorActionPreference = 'Stop'
            if ($Assembly) {
                $null = [System.Runtime.Loader.AssemblyLoadContext]::Default.LoadFromAssemblyPath($Assembly)
            }

            Import-Module $Manifest
            Set-Location $Folder
            function Get-Answer {
                param([scriptblock] $Question)

                try { "$(& $Question)" } catch { "$($_.FullyQualifiedErrorId): $($_.Exception.GetBaseException().Message)" }
            }

            [ordered]@{
                App     = Get-Answer { (Get-DeployApp -Name shop).Domain }
                Config  = Get-Answer { Test-DeployConfig }
                Session = Get-Answer { New-DeploySession -Name web1 }
                Foreign = Get-Answer { [System.Runtime.Loader.AssemblyLoadContext]::Default.LoadFromAssemblyName('Fluid') }
                Loaded  = @([System.AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -in 'YamlDotNet', 'Renci.SshNet' }).ForEach({
                            [ordered]@{
                                Name     = $_.GetName().Name
                                Location = $_.Location
                                Default  = [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_) -eq [System.Runtime.Loader.AssemblyLoadContext]::Default
                            }
                        }))
            } | ConvertTo-Json -Depth 4 | Set-Content -LiteralPath "$Folder/answer.json"
        }
        $values = @($manifest, $folder, $Assembly | ForEach-Object { "'$($_ -replace '''', '''''')'" }) -join ' '
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command "& {$text} $values" 2>&1
        if ($LASTEXITCODE -ne 0) {
            throw "The process failed: $said"
        }

        Get-Content -Raw -LiteralPath "$folder/answer.json" | ConvertFrom-Json
    }

    Save-Package
    ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
    Set-Content -LiteralPath "$folder/hosting.yml" @"
servers:
  web1:
    host: 127.0.0.1
    port: $(Get-ClosedPort)
    user: root
    identityFile: key
apps:
  shop:
    repository: git@github.com:example/shop.git
    domain: shop.example.org
"@
}

Describe 'With <Which> <Name> of another module in the process' -ForEach @(
    @{ Name = 'YamlDotNet'; Which = 'an older' }
    @{ Name = 'YamlDotNet'; Which = 'the same' }
    @{ Name = 'YamlDotNet'; Which = 'a newer' }
    @{ Name = 'Renci.SshNet'; Which = 'an older' }
    @{ Name = 'Renci.SshNet'; Which = 'the same' }
    @{ Name = 'Renci.SshNet'; Which = 'a newer' }
) {
    BeforeAll {
        $foreign = switch ($Which) {
            'an older' { Get-OlderAssembly $Name }
            'the same' { New-AssemblyCopy $Name }
            'a newer' { New-AssemblyCopy $Name 60000 }
        }
        $answer = Invoke-InNewProcess -Assembly $foreign
    }

    It 'reads hosting.yml' {
        $answer.App | Should -Be 'shop.example.org'
        $answer.Config | Should -Be 'True'
    }

    It 'says that nothing listens' {
        $answer.Session | Should -BeLike 'HostUnreachable,*'
    }

    It 'uses its own, beside the other' {
        $loaded = @($answer.Loaded | Where-Object Name -EQ $Name)
        $loaded | Should -HaveCount 2
        ($loaded | Where-Object Default).Location | Should -Be $foreign
        ($loaded | Where-Object Default -EQ $false).Location | Should -Be (Join-Path $dependencies "$Name.dll")
    }
}

Describe 'In a process of its own' {
    BeforeAll {
        $answer = Invoke-InNewProcess
    }

    It 'keeps its dependencies out of the way of other modules' {
        $answer.Loaded | Should -HaveCount 2
        $answer.Loaded.Default | Should -Not -Contain $true
    }

    It 'does not answer when another module looks for an assembly' {
        $answer.Foreign | Should -BeLike 'FileNotFoundException*'
    }
}
