# What Get-Help shows a person for each cmdlet, compared with the pages in docs/help.

BeforeDiscovery {
    . "$PSScriptRoot/Module.ps1"
    Import-BuiltModule
    $cmdlets = (Get-Command -Module HostingDeploy -CommandType Cmdlet).Name
    $topics = (Get-ChildItem -Path "$PSScriptRoot/../../docs/help/about_*.md").BaseName
}

Describe 'Get-Help <_>' -ForEach $cmdlets {
    BeforeAll {
        . "$PSScriptRoot/Module.ps1"
        Import-BuiltModule
        $name = $_
        $help = Get-Help -Name $name
        $documented = @($help.parameters.parameter)
        $commonNames = [System.Management.Automation.Cmdlet]::CommonParameters
        $parameters = (Get-Command -Name $name).Parameters.Values | Where-Object {
            $_.Name -notin $commonNames -and -not ($_.Attributes | Where-Object { $_.DontShow })
        }

        # The page's markdown as the one line a terminal shows.
        $page = Get-Content -Path "$PSScriptRoot/../../docs/help/$name.md" -Raw
        $null = $page -match '(?ms)^## SYNOPSIS\s+(?<text>.+?)\s+^## '
        $synopsis = $Matches['text'] -replace '\s+', ' ' -replace '\*\*', '' -replace '\[([^]]+)\]\([^)]+\.md\)', '$1'
    }

    It 'shows the synopsis of its page' {
        $help.Synopsis.Trim() | Should -Be $synopsis
    }

    It 'shows a description' {
        $help.description.Text -join ' ' | Should -Not -BeNullOrEmpty
    }

    It 'shows the syntax of every parameter set' {
        @($help.syntax.syntaxItem).Count | Should -Be (Get-Command -Name $name).ParameterSets.Count
    }

    It 'shows at least one example with code' {
        $examples = @($help.examples.example)
        $examples.Count | Should -BeGreaterThan 0
        foreach ($example in $examples) {
            $example.code | Should -Not -BeNullOrEmpty -Because "'$($example.title)' is an example"
        }
    }

    It 'explains every parameter' {
        foreach ($parameter in $parameters) {
            $shown = $documented | Where-Object { $_.name -eq $parameter.Name }
            $shown.description.Text -join ' ' | Should -Not -BeNullOrEmpty -Because "-$($parameter.Name) is a parameter"
        }
    }

    It 'explains no parameter that is not there' {
        $documented.name | Where-Object { $_ -notin $parameters.Name } | Should -BeNullOrEmpty
    }

    It 'says what comes back' {
        @($help.returnValues.returnValue).Count | Should -BeGreaterThan 0
    }
}

Describe 'Get-Help <_>' -ForEach $topics {
    BeforeAll {
        . "$PSScriptRoot/Module.ps1"
        Import-BuiltModule
    }

    It 'finds the topic and lists it with its short description' {
        (Get-Help -Name $_).Synopsis | Should -Not -BeNullOrEmpty
    }
}
