# What PowerShell's users expect of any module, and what this one has promised them.

BeforeDiscovery {
    . "$PSScriptRoot/Module.ps1"
    Import-BuiltModule
    $commands = @(Get-Command -Module HostingDeploy -CommandType Cmdlet | ForEach-Object { @{ Name = $_.Name; Command = $_ } })
    $changing = 'Build', 'Install', 'Invoke', 'Lock', 'New', 'Publish', 'Remove', 'Request', 'Reset', 'Restart', 'Restore', 'Set', 'Start', 'Stop', 'Sync', 'Undo', 'Unlock', 'Update'

    # It opens a connection and changes nothing anywhere.
    $changingCommands = @($commands | Where-Object { $_.Command.Verb -in $changing -and $_.Name -ne 'New-DeploySession' })
    $emitting = @($commands | Where-Object Name -NE 'Remove-DeploySession')
    $withSets = @($commands | Where-Object { $_.Command.ParameterSets.Count -gt 1 })
    $final = @($commands | Where-Object Name -Match '^(Undo-|Remove-App)')
    $withApp = @($commands | Where-Object { $_.Command.Parameters.ContainsKey('App') })
    $outputTypes = @($commands.Command.OutputType.Type | Where-Object Namespace -EQ 'HostingDeploy' | Select-Object -Unique | ForEach-Object { @{ Name = $_.FullName } })
    $publicTypes = @($commands[0].Command.ImplementingType.Assembly.GetExportedTypes() | ForEach-Object { @{ Name = $_.FullName; Type = $_ } })
}

BeforeAll {
    . "$PSScriptRoot/Module.ps1"
    Import-BuiltModule
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $module = Split-Path (Get-BuiltModulePath)
    $savedFile = $env:HOSTING_FILE
    $env:HOSTING_FILE = $null

    function Get-OwnParameter {
        param($Command)

        $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
        $Command.Parameters.Values | Where-Object Name -NotIn $common
    }

    function New-HostingFolder {
        param([string] $Text)

        $folder = "$TestDrive/$([guid]::NewGuid())"
        $null = New-Item -ItemType Directory -Path $folder
        Set-Content -LiteralPath "$folder/hosting.yml" $Text
        $folder
    }

    function Get-Completion {
        # What an argument completer offers; files that PowerShell offers on its own are left out.
        param([string] $Line)

        [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches |
            Where-Object ResultType -EQ 'ParameterValue' |
            ForEach-Object CompletionText
    }

    $good = @'
servers:
  web1:
    host: web1.example.org
  web2:
    host: web2.example.org
apps:
  shop:
    server: web1
    repository: git@github.com:example/shop.git
    domain: shop.example.org
  shelf:
    server: web2
    repository: git@github.com:example/shelf.git
    domain: shelf.example.org
  cigar:
    server: web1
    repository: git@github.com:example/cigar.git
    domain: cigars.example.org
'@
    $broken = $good -replace 'domain: shop.example.org', 'domian: shop.example.org'
}

AfterAll {
    $env:HOSTING_FILE = $savedFile
}

Describe '<Name>' -ForEach $commands {
    It 'has an approved verb' {
        $approved = 'Common', 'Communications', 'Data', 'Diagnostic', 'Lifecycle', 'Other', 'Security' | ForEach-Object {
            [psobject].Assembly.GetType("System.Management.Automation.Verbs$_").GetFields().Name
        }
        $approved | Should -Contain $Command.Verb
    }

    It 'has a noun in the singular' {
        # Sync-Secrets is the one that the specification names in the plural.
        $Command.Noun -replace '^Secrets$' | Should -Not -Match '(?<![su])s$'
    }

    It 'is a sealed class of its own name' {
        $Command.ImplementingType.FullName | Should -BeExactly "HostingDeploy.Commands.$($Command.Verb)$($Command.Noun)Command"
        $Command.ImplementingType.IsSealed | Should -BeTrue
    }

    It 'has switches and no parameter that wants $true or $false' {
        (Get-OwnParameter $Command).ParameterType | Where-Object { $_ -in [bool], [Nullable[bool]] } | Should -BeNullOrEmpty
    }

    It 'says why a session of another process is none' {
        Get-OwnParameter $Command |
            Where-Object { $_.ParameterType -in [HostingDeploy.DeploySession], [HostingDeploy.DeploySession[]] } |
            Where-Object { 'HostingDeploy.Commands.LiveSessionAttribute' -notin $_.Attributes.TypeId.FullName } |
            Should -BeNullOrEmpty
    }

    It 'takes nothing secret as text' {
        Get-OwnParameter $Command |
            Where-Object { $_.Name -match 'Password|Passphrase|Secret|Token|Credential' -and $_.ParameterType -in [string], [string[]] } |
            Should -BeNullOrEmpty
    }

    It 'names its parameters as PowerShell does' {
        foreach ($parameter in Get-OwnParameter $Command) {
            $parameter.Name | Should -MatchExactly '^[A-Z][A-Za-z]+$'
        }
    }
}

Describe '<Name> emits something' -ForEach $emitting {
    It 'says what' {
        $Command.OutputType | Should -Not -BeNullOrEmpty
    }
}

Describe '<Name> has several parameter sets' -ForEach $withSets {
    It 'has a default one' {
        $Command.ParameterSets | Where-Object IsDefault | Should -HaveCount 1
    }
}

Describe '<Name> changes something' -ForEach $changingCommands {
    It 'asks with -WhatIf and -Confirm' {
        $Command.Parameters.Keys | Should -Contain 'WhatIf'
        $Command.Parameters.Keys | Should -Contain 'Confirm'
    }
}

Describe '<Name> takes something away' -ForEach $final {
    It 'asks without being told to' {
        $attribute = $Command.ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false)
        $attribute.ConfirmImpact | Should -Be 'High'
    }
}

Describe 'The list of cmdlets' {
    It 'is the same in the manifest and in the module' {
        $manifest = Import-PowerShellDataFile "$module/HostingDeploy.psd1"
        (Get-Command -Module HostingDeploy -CommandType Cmdlet).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'is every cmdlet there is' {
        $classes = (Get-Command -Module HostingDeploy -CommandType Cmdlet)[0].ImplementingType.Assembly.GetTypes() |
            Where-Object { -not $_.IsAbstract -and $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false) }
        @($classes).Count | Should -Be @(Get-Command -Module HostingDeploy -CommandType Cmdlet).Count
    }

    It 'has one for each step of a deployment, and they take the app' {
        $steps = 'Build-AppAsset', 'Install-AppBundle', 'Invoke-RemoteGitClone', 'New-AppDatabase', 'New-AppDirectory', 'New-PgUser', 'Publish-NginxSite',
            'Publish-SystemdUnit', 'Request-Certificate', 'Restart-NginxService', 'Start-PumaService', 'Sync-Secrets', 'Test-PumaService', 'Update-AppDatabase'
        (Get-Command -Module HostingDeploy -CommandType Cmdlet | Where-Object { $_.Parameters.ContainsKey('App') }).Name | Where-Object { $_ -in $steps } | Sort-Object |
            Should -Be $steps
    }

    It 'is the same in the help' {
        $pages = (Get-ChildItem "$root/docs/help/*-*.md").BaseName
        $pages | Sort-Object | Should -Be ((Get-Command -Module HostingDeploy -CommandType Cmdlet).Name | Sort-Object)
    }
}

Describe 'The type <Name>' -ForEach $publicTypes {
    It 'shows nothing of the libraries behind it' {
        # PowerShell looks at public types before the libraries can be found, and nobody else could name them.
        $flags = [System.Reflection.BindingFlags] 'Public, NonPublic, Instance, Static, DeclaredOnly'
        $members = $Type.GetMembers($flags) | Where-Object {
            $accessor = if ($_ -is [System.Reflection.PropertyInfo]) { $_.GetMethod } elseif ($_ -is [System.Reflection.EventInfo]) { $_.AddMethod } else { $_ }
            $accessor.IsPublic -or $accessor.IsFamily -or $accessor.IsFamilyOrAssembly
        }
        $named = @(
            $Type.BaseType
            $Type.GetInterfaces()
            foreach ($member in $members) {
                $member.ReturnType
                $member.PropertyType
                $member.FieldType
                $member.EventHandlerType
                if ($member -is [System.Reflection.MethodBase]) { $member.GetParameters().ParameterType }
            }
        )
        while ($named) {
            $named = @($named | Where-Object { $_ })
            $named | ForEach-Object { $_.Assembly.GetName().Name } | Should -Match '^(HostingDeploy|System\..+|netstandard|mscorlib)$'
            $named = @($named | ForEach-Object { $_.GetGenericArguments(); if ($_.HasElementType) { $_.GetElementType() } } | Where-Object { -not $_.IsGenericParameter })
        }
    }
}

Describe 'The output <Name>' -ForEach $outputTypes {
    BeforeAll {
        $formats = ([xml](Get-Content -Raw "$module/HostingDeploy.format.ps1xml")).Configuration.ViewDefinitions.View
        $view = @($formats | Where-Object { $_.ViewSelectedBy.TypeName -eq $Name })
    }

    It 'is a table by default' {
        $view[0].TableControl | Should -Not -BeNullOrEmpty
    }

    It 'has at most five columns, and a heading for each' {
        $headings = @($view[0].TableControl.TableHeaders.TableColumnHeader)
        $headings.Count | Should -BeLessOrEqual 5
        @($view[0].TableControl.TableRowEntries.TableRowEntry.TableColumnItems.TableColumnItem).Count | Should -Be $headings.Count
    }

    It 'shows properties it has' {
        $type = (Get-Command -Module HostingDeploy -CommandType Cmdlet)[0].ImplementingType.Assembly.GetType($Name)
        $shown = @($view[0].TableControl.TableRowEntries.TableRowEntry.TableColumnItems.TableColumnItem.PropertyName | Where-Object { $_ })
        $shown | Where-Object { $_ -notin $type.GetProperties().Name } | Should -BeNullOrEmpty
    }
}

Describe '<Name> and the apps of hosting.yml' -ForEach $withApp {
    BeforeAll {
        $folder = New-HostingFolder $good
        $brokenFolder = New-HostingFolder $broken

        # What else it will not start without.
        $more = @{}
        $set = $Command.ParameterSets | Where-Object { $_.IsDefault -or $Command.ParameterSets.Count -eq 1 }
        $set.Parameters | Where-Object { $_.IsMandatory -and $_.Name -ne 'App' } | ForEach-Object { $more[$_.Name] = 'x' }
    }

    It 'completes their names' {
        Push-Location $folder
        try {
            Get-Completion "$Name " | Should -Be 'shop', 'shelf', 'cigar'
            Get-Completion "$Name sh" | Should -Be 'shop', 'shelf'
            Get-Completion "$Name -App c" | Should -Be 'cigar'
        }
        finally {
            Pop-Location
        }
    }

    It 'completes nothing and throws nothing while hosting.yml is wrong' {
        Push-Location $brokenFolder
        try {
            Get-Completion "$Name sh" | Should -BeNullOrEmpty
        }
        finally {
            Pop-Location
        }
    }

    It 'names the known ones when there is none of that name' {
        Push-Location $folder
        try {
            $refused = { & $Name nosuch @more -ErrorAction Stop } | Should -Throw -ExpectedMessage '*shop, shelf, cigar*' -PassThru
            $refused.FullyQualifiedErrorId | Should -Match '^(UnknownApp|ParameterArgumentTransformationError),'
        }
        finally {
            Pop-Location
        }
    }

    It 'points at the place that is wrong in hosting.yml' {
        Push-Location $brokenFolder
        try {
            { & $Name shop @more -ErrorAction Stop } | Should -Throw -ExpectedMessage '*hosting.yml:10:5*domian*'
        }
        finally {
            Pop-Location
        }
    }
}

Describe 'hosting.yml at the prompt' {
    BeforeEach {
        Push-Location (New-HostingFolder $good)
    }

    AfterEach {
        Pop-Location
    }

    It 'completes the names of servers' {
        Get-Completion 'New-DeploySession ' | Should -Be 'web1', 'web2'
    }

    It 'completes the names of apps for Get-DeployApp' {
        Get-Completion 'Get-DeployApp s' | Should -Be 'shop', 'shelf'
    }

    It 'is found from a folder below' {
        $null = New-Item -ItemType Directory below
        Set-Location below
        (Get-DeployApp).Name | Should -Be 'shop', 'shelf', 'cigar'
        Get-Completion 'Get-DeployApp c' | Should -Be 'cigar'
    }

    It 'says that it has no such app' {
        { Get-DeployApp nosuch } | Should -Throw -ErrorId 'UnknownApp,*' -ExpectedMessage '*shop, shelf, cigar*'
    }

    It 'finds apps by wildcard and emits nothing when none is like that' {
        (Get-DeployApp sh*).Name | Should -Be 'shop', 'shelf'
        Get-DeployApp x* | Should -BeNullOrEmpty
    }

    It 'is told to be right' {
        Test-DeployConfig | Should -BeTrue
    }

    It 'is told to be wrong, each problem with its place' {
        Set-Content hosting.yml ($broken -replace 'server: web2', 'server: web9')
        $answer = Test-DeployConfig -ErrorAction SilentlyContinue -ErrorVariable problems
        $answer | Should -BeFalse
        $places = $problems | ForEach-Object { "$_" -replace '^.*hosting\.yml:(\d+:\d+):.*', '$1' }
        $places | Should -Be '7:3', '10:5', '12:13'
        $problems.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'HostingFileInvalid,HostingDeploy.Commands.TestDeployConfigCommand'
    }

    It 'is told to be wrong without an error when asked quietly' {
        Set-Content hosting.yml $broken
        Test-DeployConfig -Quiet -ErrorVariable problems | Should -BeFalse
        $problems | Should -BeNullOrEmpty
    }

    It 'is missed with a hint where to look' {
        Set-Location $TestDrive
        { Get-DeployApp } | Should -Throw -ErrorId 'HostingFileNotFound,*'
    }
}

Describe 'Errors' {
    It 'are all in the help' {
        $sources = Get-ChildItem "$root/src/HostingDeploy" -Recurse -Include *.cs, *.sh | Where-Object FullName -NotMatch '[\\/](obj|bin)[\\/]'
        $ids = $sources | ForEach-Object {
            $pattern = if ($_.Extension -eq '.sh') { '\bfail(?:_health "?\$?\w+"?)? (\w+) ["'']' } else { '"([A-Z][a-z]+[A-Z][A-Za-z]+)",\s*(?:System\.Management\.Automation\.)?ErrorCategory\.|Refused\("(\w+)"' }
            [regex]::Matches((Get-Content -Raw -LiteralPath $_.FullName), $pattern) | ForEach-Object { $_.Groups[1].Value + $_.Groups[2].Value }
        } | Select-Object -Unique
        $ids.Count | Should -BeGreaterThan 50
        $pages = (Get-ChildItem "$root/docs/help/*.md" | ForEach-Object { Get-Content -Raw -LiteralPath $_.FullName }) -join "`n"
        $ids | Where-Object { $pages -cnotmatch "\b$_\b" } | Sort-Object | Should -BeNullOrEmpty
    }
}
