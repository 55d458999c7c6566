# What scripts, runbooks and the other tests rely on in whatever runs them: pwsh, or the host of tools/PowerShellHost.

BeforeAll {
    $shell = [Environment]::ProcessPath

    function Invoke-Shell {
        # Runs the shell with its standard input at its end; returns its output, errors and exit code.
        param([string[]] $ArgumentList, [string] $InputText = '')

        $start = [System.Diagnostics.ProcessStartInfo]::new($shell)
        foreach ($argument in @('-NoProfile') + $ArgumentList) { $start.ArgumentList.Add($argument) }
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $process = [System.Diagnostics.Process]::Start($start)
        $process.StandardInput.Write($InputText)
        $process.StandardInput.Close()
        $errors = $process.StandardError.ReadToEndAsync()
        $output = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        [pscustomobject]@{ Output = $output.TrimEnd() -replace "`r"; Error = $errors.Result.TrimEnd(); ExitCode = $process.ExitCode }
    }

    function Invoke-Text {
        param([string] $Text)

        Invoke-Shell '-NonInteractive', '-Command', $Text
    }
}

Describe 'Command line' {
    It 'exits with 0 after a command that succeeds' {
        $run = Invoke-Text '"fine"'
        $run.Output | Should -BeExactly 'fine'
        $run.ExitCode | Should -Be 0
    }

    It 'exits with <Code> after <Text>' -ForEach @(
        @{ Text = 'exit 7'; Code = 7 }
        @{ Text = 'throw "no"'; Code = 1 }
        @{ Text = 'Get-Item /nowhere/at/all'; Code = 1 }
        @{ Text = 'Get-Item /nowhere/at/all; "but then fine"'; Code = 0 }
        @{ Text = '"no'; Code = 1 }
    ) {
        (Invoke-Text $Text).ExitCode | Should -Be $Code
    }

    It 'binds the arguments of -File by name and by position' {
        Set-Content "$TestDrive/bind.ps1" 'param([string] $Task, [switch] $Fast, [int] $Count, [Parameter(ValueFromRemainingArguments)] $Rest) "$Task|$Fast|$Count|$($Rest -join ",")"'
        $run = Invoke-Shell '-File', "$TestDrive/bind.ps1", '-Task', 'Build', '-Fast', '-Count:3', 'a', 'b c'
        $run.Output | Should -BeExactly 'Build|True|3|a,b c'
    }

    It 'gives a script without parameters its $args' {
        Set-Content "$TestDrive/args.ps1" '$args.Count; $args'
        (Invoke-Shell '-File', "$TestDrive/args.ps1", 'x', 'y z').Output | Should -BeExactly "2`nx`ny z"
    }

    It 'sets $PSScriptRoot and $PSCommandPath' {
        Set-Content "$TestDrive/where.ps1" '$PSScriptRoot; $PSCommandPath'
        (Invoke-Shell '-File', "$TestDrive/where.ps1").Output | Should -BeExactly "$TestDrive`n$TestDrive/where.ps1"
    }

    It 'exits from a file with <Code> after <Text>' -ForEach @(
        @{ Text = 'exit 5'; Code = 5 }
        @{ Text = 'throw "no"'; Code = 1 }
        @{ Text = '$ErrorActionPreference = "Stop"; Get-Item /nowhere/at/all; exit 0'; Code = 1 }
        @{ Text = 'Get-Item /nowhere/at/all -ErrorAction SilentlyContinue'; Code = 0 }
        @{ Text = '"last line"'; Code = 0 }
    ) {
        Set-Content "$TestDrive/exit.ps1" $Text
        (Invoke-Shell '-File', "$TestDrive/exit.ps1").ExitCode | Should -Be $Code
    }

    It 'fails for a script that is not there' {
        $run = Invoke-Shell '-File', "$TestDrive/missing.ps1"
        $run.ExitCode | Should -Not -Be 0
        "$($run.Output)$($run.Error)" | Should -Match 'missing\.ps1'
    }

    It 'tells its version' {
        $PSVersionTable.PSVersion | Should -BeGreaterOrEqual ([version]'7.4')
        $PSVersionTable.PSEdition | Should -Be 'Core'
    }
}

Describe 'Streams' {
    It 'shows warnings, verbose, debug and information text' {
        $run = Invoke-Text 'Write-Warning w; Write-Verbose v -Verbose; Write-Debug d -Debug; Write-Information i -InformationAction Continue; Write-Host h'
        $run.Output | Should -BeExactly "WARNING: w`nVERBOSE: v`nDEBUG: d`ni`nh"
    }

    It 'keeps quiet what the preferences keep quiet' {
        (Invoke-Text 'Write-Verbose v; Write-Debug d; Write-Information i; Write-Progress -Activity p; "end"').Output | Should -BeExactly 'end'
    }

    It 'writes errors to the error output, with the recommended action' {
        $run = Invoke-Text 'Write-Error "It broke." -RecommendedAction "Mend it."'
        $run.Output | Should -BeNullOrEmpty
        $run.Error | Should -Match 'It broke\.'
        $run.Error | Should -Match 'Mend it\.'
    }

    It 'writes UTF-8' {
        (Invoke-Text '"🚀 Größe ✅"').Output | Should -BeExactly '🚀 Größe ✅'
    }

    It 'uses no colours when the output is not a terminal' {
        $run = Invoke-Text 'Write-Host red -ForegroundColor Red; Write-Error no; [pscustomobject]@{ a = 1 }'
        "$($run.Output)$($run.Error)" | Should -Not -Match "`e"
    }

    It 'captures the information stream' {
        $records = & { Write-Host 'one'; Write-Information 'two' -Tags Step } 6>&1
        $records | Should -HaveCount 2
        $records[0].Tags | Should -Contain 'PSHOST'
        $records[1].Tags | Should -Be 'Step'
        "$($records[1])" | Should -Be 'two'
    }

    It 'redirects to files' {
        & { 'out'; Write-Warning 'warned'; Write-Error 'failed' -ErrorAction Continue } *> "$TestDrive/all.txt"
        Get-Content "$TestDrive/all.txt" -Raw | Should -Match '(?s)out.*warned.*failed'
        'more' >> "$TestDrive/all.txt"
        Get-Content "$TestDrive/all.txt" -Tail 1 | Should -Be 'more'
    }

    It 'keeps the id of an error written by a script' {
        Write-Error 'no' -ErrorId 'MyId' -Category InvalidData -TargetObject 5 -ErrorAction SilentlyContinue -ErrorVariable written
        $written[0].FullyQualifiedErrorId | Should -Be 'MyId'
        $written[0].CategoryInfo.Category | Should -Be 'InvalidData'
        $written[0].TargetObject | Should -Be 5
    }
}

Describe 'Prompts' {
    It 'reads a line from standard input' {
        (Invoke-Shell -ArgumentList '-Command', '$a = Read-Host Name; "<$a>"' -InputText "Ann`n").Output | Should -Match '<Ann>$'
    }

    It 'fails when it may not ask' {
        $run = Invoke-Text 'Read-Host Name'
        $run.ExitCode | Should -Be 1
        $run.Error | Should -Match 'NonInteractive'
    }

    It 'does not wait for an answer to -Confirm that nobody can give' {
        $run = Invoke-Text 'Remove-Item -Confirm (New-TemporaryFile)'
        $run.ExitCode | Should -Be 1
        $run.Error | Should -Match 'NonInteractive'
    }
}

Describe 'Formatting' {
    It 'makes tables' {
        $text = [pscustomobject]@{ Name = 'a'; Size = 1 }, [pscustomobject]@{ Name = 'bb'; Size = 22 } | Format-Table | Out-String
        $lines = $text -split '\r?\n' | Where-Object { $_ }
        $lines | Should -HaveCount 4
        $lines[0] | Should -Match '^Name +Size'
        $lines[3] | Should -Match '^bb +22'
    }

    It 'makes lists' {
        [pscustomobject]@{ Name = 'a'; Size = 1 } | Format-List | Out-String | Should -Match '(?m)^Size : 1'
    }

    It 'makes tables of calculated properties' {
        [pscustomobject]@{ N = 1 }, [pscustomobject]@{ N = 2 } | Format-Table @{ Name = 'Twice'; Expression = { $_.N * 2 } } | Out-String | Should -Match '(?s)Twice.*2.*4'
    }

    It 'streams lines' {
        $lines = 'a', 'b' | Out-String -Stream
        $lines | Should -Be 'a', 'b'
    }

    It 'honours a format file' {
        Set-Content "$TestDrive/Shape.format.ps1xml" @'
<Configuration><ViewDefinitions><View><Name>Shape</Name>
<ViewSelectedBy><TypeName>Test.Shape</TypeName></ViewSelectedBy>
<TableControl><TableHeaders><TableColumnHeader><Label>Corners</Label></TableColumnHeader></TableHeaders>
<TableRowEntries><TableRowEntry><TableColumnItems><TableColumnItem><PropertyName>Count</PropertyName></TableColumnItem></TableColumnItems></TableRowEntry></TableRowEntries>
</TableControl></View></ViewDefinitions></Configuration>
'@
        Set-Content "$TestDrive/Shape.psd1" "@{ ModuleVersion = '1.0'; FormatsToProcess = 'Shape.format.ps1xml' }"
        Import-Module "$TestDrive/Shape.psd1"
        $text = [pscustomobject]@{ PSTypeName = 'Test.Shape'; Count = 3; Hidden = 'x' } | Out-String
        Remove-Module Shape
        $text | Should -Match 'Corners'
        $text | Should -Not -Match 'Hidden'
    }
}

Describe 'Objects' {
    It 'selects by place' {
        1..9 | Select-Object -First 2 | Should -Be 1, 2
        1..9 | Select-Object -Last 2 | Should -Be 8, 9
        1..9 | Select-Object -Skip 7 | Should -Be 8, 9
        1..9 | Select-Object -SkipLast 7 | Should -Be 1, 2
        1..9 | Select-Object -Skip 2 -First 2 | Should -Be 3, 4
        1..9 | Select-Object -Index 0, 4 | Should -Be 1, 5
        'a', 'b', 'a' | Select-Object -Unique | Should -Be 'a', 'b'
    }

    It 'stops what comes before -First' {
        $seen = [System.Collections.Generic.List[int]]::new()
        1..100 | ForEach-Object { $seen.Add($_); $_ } | Select-Object -First 3 | Should -Be 1, 2, 3
        $seen | Should -HaveCount 3
    }

    It 'selects and calculates properties' {
        $one = [pscustomobject]@{ A = 1; B = 2; C = 3 } | Select-Object A, Missing, @{ n = 'Sum'; e = { $_.A + $_.B } }
        $one.PSObject.Properties.Name | Should -Be 'A', 'Missing', 'Sum'
        $one.Sum | Should -Be 3
        $one.Missing | Should -BeNullOrEmpty
        ([pscustomobject]@{ A = 1; B = 2; C = 3 } | Select-Object * -ExcludeProperty B).PSObject.Properties.Name | Should -Be 'A', 'C'
        [pscustomobject]@{ L = 1, 2 } | Select-Object -ExpandProperty L | Should -Be 1, 2
    }

    It 'sorts' {
        3, 1, 2 | Sort-Object | Should -Be 1, 2, 3
        'b', 'C', 'a' | Sort-Object -Descending | Should -Be 'C', 'b', 'a'
        'bb', 'a', 'cc', 'bb' | Sort-Object Length, @{ Expression = { $_ }; Descending = $true } -Unique | Should -Be 'a', 'cc', 'bb'
        10, 9, 8 | Sort-Object { $_ % 3 } | Should -Be 9, 10, 8
    }

    It 'groups' {
        $groups = 'a', 'bb', 'cc' | Group-Object Length
        $groups.Name | Should -Be '1', '2'
        $groups[1].Group | Should -Be 'bb', 'cc'
        ('a', 'bb' | Group-Object Length -AsHashTable)[2] | Should -Be 'bb'
    }

    It 'measures' {
        $measured = 1, 2, 3, 6 | Measure-Object -Sum -Average -Minimum -Maximum
        $measured.Count, $measured.Sum, $measured.Average, $measured.Minimum, $measured.Maximum | Should -Be 4, 12, 3, 1, 6
        (Measure-Command { Start-Sleep -Milliseconds 20 }).TotalMilliseconds | Should -BeGreaterThan 15
        ("one two`nthree" | Measure-Object -Word).Words | Should -Be 3
    }

    It 'compares' {
        $differences = Compare-Object 1, 2, 3 2, 3, 4
        $differences | Should -HaveCount 2
        ($differences | Where-Object SideIndicator -EQ '=>').InputObject | Should -Be 4
        (Compare-Object 1, 2 2, 3 -IncludeEqual -ExcludeDifferent).InputObject | Should -Be 2
    }

    It 'adds and lists members' {
        $object = [pscustomobject]@{ A = 1 } | Add-Member -NotePropertyName B -NotePropertyValue 2 -PassThru
        $object | Add-Member ScriptProperty C { $this.A + $this.B }
        $object.C | Should -Be 3
        ($object | Get-Member -MemberType NoteProperty).Name | Should -Be 'A', 'B'
        { $object | Add-Member -NotePropertyName A -NotePropertyValue 5 -ErrorAction Stop } | Should -Throw -ErrorId 'MemberAlreadyExists,*'
    }

    It 'creates .NET objects' {
        (New-Object System.Text.StringBuilder 'abc').ToString() | Should -Be 'abc'
        (New-Object System.Version 1, 2).Minor | Should -Be 2
        (New-Object psobject -Property @{ A = 1 }).A | Should -Be 1
    }

    It 'handles variables in scopes' {
        & { New-Variable inner 1; Set-Variable inner 2; Get-Variable inner -ValueOnly } | Should -Be 2
        Get-Variable inner -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $outer = 1
        & { Set-Variable outer 2 -Scope 1 }
        $outer | Should -Be 2
        Remove-Variable outer
        Test-Path Variable:outer | Should -BeFalse
        { Get-Variable nothing_of_this_name -ErrorAction Stop } | Should -Throw -ErrorId 'VariableNotFound,Microsoft.PowerShell.Commands.GetVariableCommand'
    }

    It 'evaluates text and data files' {
        Invoke-Expression '1 + 2' | Should -Be 3
        Set-Content "$TestDrive/data.psd1" "@{ A = 1; B = @('x', 'y') }"
        (Import-PowerShellDataFile "$TestDrive/data.psd1").B | Should -Be 'x', 'y'
        Set-Content "$TestDrive/code.psd1" '@{ A = Get-Date }'
        { Import-PowerShellDataFile "$TestDrive/code.psd1" -ErrorAction Stop } | Should -Throw
    }

    It 'refuses a parameter that it does not know' {
        { Get-Date -NoSuchParameter } | Should -Throw -ErrorId 'NamedParameterNotFound,*'
    }
}

Describe 'JSON' {
    It 'writes objects' {
        [ordered]@{ a = 1; b = @('x', $null, $true); c = @{ d = 1.5 } } | ConvertTo-Json -Compress |
            Should -BeExactly '{"a":1,"b":["x",null,true],"c":{"d":1.5}}'
        , @(1) | ConvertTo-Json -Compress | Should -BeExactly '[1]'
        [pscustomobject]@{ t = "a`n`"ü🚀" } | ConvertTo-Json -Compress | Should -BeExactly '{"t":"a\n\"ü🚀"}'
        ConvertTo-Json ([ordered]@{ a = 1 }) | Should -BeExactly ("{`n  `"a`": 1`n}" -replace "`n", [Environment]::NewLine)
    }

    It 'warns when it cuts off' {
        $text = @{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress -WarningVariable warned -WarningAction SilentlyContinue
        $text | Should -BeExactly '{"a":{"b":{"c":"System.Collections.Hashtable"}}}'
        $warned | Should -HaveCount 1
        @{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress -Depth 5 | Should -BeExactly '{"a":{"b":{"c":{"d":1}}}}'
    }

    It 'reads objects' {
        $value = '{ "a": 1, "b": [1, "two", null], "c": { "d": true } }' | ConvertFrom-Json
        $value.a | Should -BeOfType [long]
        $value.b[1] | Should -Be 'two'
        $value.c.d | Should -BeTrue
        ('{ "A": 1, "a": 2 }' | ConvertFrom-Json -AsHashtable)['a'] | Should -Be 2
        @('[1, 2]' | ConvertFrom-Json) | Should -HaveCount 2
        { '{ "a": ' | ConvertFrom-Json } | Should -Throw -ExceptionType ([System.ArgumentException])
    }
}

Describe 'Files' {
    It 'creates, reads and appends' {
        Set-Content "$TestDrive/f.txt" 'one', 'two'
        Add-Content "$TestDrive/f.txt" 'three'
        Get-Content "$TestDrive/f.txt" | Should -Be 'one', 'two', 'three'
        Get-Content "$TestDrive/f.txt" -TotalCount 1 | Should -Be 'one'
        Get-Content "$TestDrive/f.txt" -Tail 2 | Should -Be 'two', 'three'
        Set-Content "$TestDrive/f.txt" 'new' -NoNewline
        Get-Content "$TestDrive/f.txt" -Raw | Should -BeExactly 'new'
        [System.IO.File]::ReadAllBytes("$TestDrive/f.txt") | Should -HaveCount 3
        Clear-Content "$TestDrive/f.txt"
        (Get-Item "$TestDrive/f.txt").Length | Should -Be 0
    }

    It 'lists' {
        $null = New-Item -ItemType Directory -Force "$TestDrive/list/sub"
        'a.txt', 'b.md', 'sub/c.txt' | ForEach-Object { Set-Content "$TestDrive/list/$_" $_ }
        (Get-ChildItem "$TestDrive/list").Name | Sort-Object | Should -Be 'a.txt', 'b.md', 'sub'
        (Get-ChildItem "$TestDrive/list" -Recurse -File -Filter *.txt).Name | Sort-Object | Should -Be 'a.txt', 'c.txt'
        Get-ChildItem "$TestDrive/list" -Directory -Name | Should -Be 'sub'
        (Get-ChildItem "$TestDrive/list/*.md").Name | Should -Be 'b.md'
        (Get-ChildItem "$TestDrive/list/*" -Exclude *.md -File).Name | Should -Be 'a.txt'
    }

    It 'copies, moves, renames and removes' {
        $null = New-Item -ItemType Directory "$TestDrive/tree/in" -Force
        Set-Content "$TestDrive/tree/in/x" 1
        Copy-Item "$TestDrive/tree" "$TestDrive/copy" -Recurse
        "$TestDrive/copy/in/x" | Should -Exist
        Move-Item "$TestDrive/copy/in/x" "$TestDrive/copy/y"
        Rename-Item "$TestDrive/copy/y" z
        (Get-ChildItem "$TestDrive/copy" -Recurse -File).Name | Should -Be 'z'
        Remove-Item "$TestDrive/copy" -Recurse
        "$TestDrive/copy" | Should -Not -Exist
    }

    It 'does nothing with -WhatIf' {
        Set-Content "$TestDrive/keep" 1
        Remove-Item "$TestDrive/keep" -WhatIf
        Set-Content "$TestDrive/keep" 2 -WhatIf
        Get-Content "$TestDrive/keep" | Should -Be 1
    }

    It 'removes a link and not what it points to' {
        $null = New-Item -ItemType Directory "$TestDrive/target" -Force
        Set-Content "$TestDrive/target/kept" 1
        $null = New-Item -ItemType SymbolicLink "$TestDrive/link" -Value "$TestDrive/target"
        (Get-Item "$TestDrive/link").LinkTarget | Should -Be "$TestDrive/target"
        Remove-Item "$TestDrive/link" -Recurse -Force
        "$TestDrive/target/kept" | Should -Exist
        "$TestDrive/link" | Should -Not -Exist
    }

    It 'takes -LiteralPath literally' {
        Set-Content -LiteralPath "$TestDrive/[x].txt" 'brackets'
        Get-Content -LiteralPath "$TestDrive/[x].txt" | Should -Be 'brackets'
        Test-Path "$TestDrive/[x].txt" | Should -BeFalse
        Remove-Item -LiteralPath "$TestDrive/[x].txt"
        Test-Path -LiteralPath "$TestDrive/[x].txt" | Should -BeFalse
    }

    It 'reports what is missing: <Command>' -ForEach @(
        @{ Command = 'Get-Item'; Type = 'GetItemCommand' }
        @{ Command = 'Get-Content'; Type = 'GetContentCommand' }
        @{ Command = 'Get-ChildItem'; Type = 'GetChildItemCommand' }
        @{ Command = 'Remove-Item'; Type = 'RemoveItemCommand' }
        @{ Command = 'Resolve-Path'; Type = 'ResolvePathCommand' }
    ) {
        { & $Command "$TestDrive/missing" -ErrorAction Stop } | Should -Throw -ErrorId "PathNotFound,Microsoft.PowerShell.Commands.$Type"
    }

    It 'takes paths apart and puts them together' {
        Join-Path a b c d | Should -Be ('a', 'b', 'c', 'd' -join [System.IO.Path]::DirectorySeparatorChar)
        Split-Path /a/b.txt | Should -Be ([System.IO.Path]::DirectorySeparatorChar + 'a')
        Split-Path /a/b.txt -Leaf | Should -Be 'b.txt'
        Split-Path /a/b.txt -LeafBase | Should -Be 'b'
        Split-Path /a/b.txt -Extension | Should -Be '.txt'
        Split-Path b.txt | Should -Be ''
        Test-Path $TestDrive -PathType Container | Should -BeTrue
        Test-Path $TestDrive -PathType Leaf | Should -BeFalse
    }

    It 'changes the location' {
        Push-Location $TestDrive
        try {
            (Get-Location).Path | Should -Be $TestDrive
            Set-Content ./here.txt 1
            (Resolve-Path here.txt).Path | Should -Be (Join-Path $TestDrive here.txt)
            Convert-Path . | Should -Be $TestDrive
        }
        finally {
            Pop-Location
        }

        (Get-Location).Path | Should -Not -Be $TestDrive
    }

    It 'reads other providers' {
        $env:HOST_TEST = 'value'
        (Get-Item Env:HOST_TEST).Value | Should -Be 'value'
        Set-Item Env:HOST_TEST 'changed'
        $env:HOST_TEST | Should -Be 'changed'
        Remove-Item Env:HOST_TEST
        Test-Path Env:HOST_TEST | Should -BeFalse
        function Test-Here { }
        Test-Path Function:Test-Here | Should -BeTrue
    }

    It 'finds text' {
        Set-Content "$TestDrive/text" 'first line', 'a.b and a.b', 'last'
        $match = Select-String 'a\.b' "$TestDrive/text" -AllMatches
        $match.LineNumber | Should -Be 2
        $match.Matches | Should -HaveCount 2
        'aXb', 'a.b' | Select-String 'a.b' -SimpleMatch | ForEach-Object Line | Should -Be 'a.b'
        'abc' | Select-String 'x' -Quiet | Should -Not -BeTrue
        Select-String 'last' "$TestDrive/text" -Quiet | Should -BeTrue
    }

    It 'hashes' {
        Set-Content "$TestDrive/hash" 'abc' -NoNewline
        (Get-FileHash "$TestDrive/hash").Hash | Should -Be 'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD'
    }

    It 'tees' {
        1, 2 | Tee-Object -Variable kept | Should -Be 1, 2
        $kept | Should -Be 1, 2
        'x' | Tee-Object "$TestDrive/tee" | Should -Be 'x'
        Get-Content "$TestDrive/tee" | Should -Be 'x'
    }
}

Describe 'Secrets, dates and chance' {
    It 'converts secure strings' {
        $secret = ConvertTo-SecureString 'hush' -AsPlainText -Force
        $secret | Should -BeOfType [securestring]
        "$secret" | Should -Not -Match 'hush'
        ConvertFrom-SecureString $secret -AsPlainText | Should -BeExactly 'hush'
    }

    It 'formats dates' {
        Get-Date '2026-01-02 03:04:05' -Format 'yyyyMMddHHmmss' | Should -Be '20260102030405'
        (Get-Date 2026-01-02 -Hour 7).Hour | Should -Be 7
        (New-TimeSpan -Minutes 90).TotalHours | Should -Be 1.5
        (New-TimeSpan 2026-01-01 2026-01-03).Days | Should -Be 2
    }

    It 'draws lots' {
        Get-Random -Minimum 5 -Maximum 6 | Should -Be 5
        1..5 | Get-Random -Count 9 | Sort-Object | Should -Be (1..5)
        New-Guid | Should -BeOfType [guid]
    }
}

Describe 'Sessions' {
    It 'has the commands in parallel runspaces and in new ones' {
        1..3 | ForEach-Object -Parallel { Write-Output $_ | Select-Object -First 1 } | Sort-Object | Should -Be 1, 2, 3
        $powershell = [powershell]::Create().AddScript('1, 2, 3 | Measure-Object -Sum | ForEach-Object Sum')
        try { $powershell.Invoke() | Should -Be 6 } finally { $powershell.Dispose() }
    }

    It 'loads modules from PSModulePath by the commands in them' {
        $null = New-Item -ItemType Directory "$TestDrive/modules/Loaded" -Force
        Set-Content "$TestDrive/modules/Loaded/Loaded.psm1" 'function Get-LoadedByName { "here" }'
        $before = $env:PSModulePath
        try {
            $env:PSModulePath = "$TestDrive/modules" + [System.IO.Path]::PathSeparator + $before
            Get-LoadedByName | Should -Be 'here'
        }
        finally {
            Remove-Module Loaded -ErrorAction Ignore
            $env:PSModulePath = $before
        }
    }

    It 'shows help for a command of a script' {
        function Get-Helped {
            <#
            .SYNOPSIS
            Says what it does.
            #>
        }
        (Get-Help Get-Helped).Synopsis.Trim() | Should -Be 'Says what it does.'
    }
}

BeforeDiscovery {
    # What a runner must never overlook: the text of a test file, and the counts of passed, failed, skipped and left-out
    # tests and of unreadable files that it must give.
    $cases = @(
        @{ Name = 'a test that holds'; Counts = '1 0 0 0 0 Passed'; Text = 'Describe d { It i { 1 | Should -Be 1 } }' }
        @{ Name = 'a test that does not'; Counts = '0 1 0 0 0 Failed'; Text = 'Describe d { It i { 1 | Should -Be 2 } }' }
        @{ Name = 'an unknown command'; Counts = '0 1 0 0 0 Failed'; Text = 'Describe d { It i { Get-NoSuchThing; 1 | Should -Be 1 } }' }
        @{ Name = 'an unknown operator'; Counts = '0 1 0 0 0 Failed'; Text = 'Describe d { It i { 1 | Should -BeFancy 1 } }' }
        @{ Name = 'a parameter of another operator'; Counts = '0 1 0 0 0 Failed'; Text = 'Describe d { It i { 1 | Should -Be 1 -ErrorId x } }' }
        @{ Name = 'a setup that fails'; Counts = '0 2 0 0 0 Failed'; Text = 'Describe d { BeforeAll { throw "x" }; It i { 1 | Should -Be 1 }; Context c { It j { 1 | Should -Be 1 } } }' }
        @{ Name = 'a teardown that fails'; Counts = '1 0 0 0 0 Failed'; Text = 'Describe d { AfterAll { throw "x" }; It i { 1 | Should -Be 1 } }' }
        @{ Name = 'a setup of each test that fails'; Counts = '0 1 0 0 0 Failed'; Text = 'Describe d { BeforeEach { throw "x" }; It i { 1 | Should -Be 1 } }' }
        @{ Name = 'a file that does not parse'; Counts = '0 0 0 0 1 Failed'; Text = 'Describe d { It i {' }
        @{ Name = 'a file whose discovery fails'; Counts = '0 0 0 0 1 Failed'; Text = 'throw "x"; Describe d { It i { 1 | Should -Be 1 } }' }
        @{ Name = 'a skipped test'; Counts = '1 0 1 0 0 Passed'; Text = 'Describe d { It i -Skip { 1 | Should -Be 2 }; It j { 1 | Should -Be 1 } }' }
        @{ Name = 'a skipped block'; Counts = '0 0 1 0 0 Passed'; Text = 'Describe d -Skip { BeforeAll { throw "x" }; It i { 1 | Should -Be 2 } }' }
        @{ Name = 'a test that skips itself'; Counts = '0 0 1 0 0 Passed'; Text = 'Describe d { It i { Set-ItResult -Skipped -Because "x"; 1 | Should -Be 2 } }' }
        @{ Name = 'variables of discovery'; Counts = '1 0 0 0 0 Passed'; Text = '$a = 1; Describe d { $b = 2; It i { $a, $b | Should -Be $null, $null } }' }
        @{ Name = 'variables of the setups'; Counts = '2 0 0 0 0 Passed'; Text = 'BeforeAll { $a = 1 }; Describe d { BeforeAll { $b = 2 }; It i { $a, $b | Should -Be 1, 2; $b = 3 }; It j { $b | Should -Be 2 } }' }
        @{ Name = 'cases'; Counts = '2 1 0 0 0 Failed'; Text = 'BeforeDiscovery { $n = 1, 2, 3 }; Describe d { It "i <_>" -ForEach $n { $_ | Should -BeLessThan 3 } }' }
        @{ Name = 'cases of blocks'; Counts = '2 0 0 0 0 Passed'; Text = 'Describe "d <Name>" -ForEach @(@{ Name = "x" }, @{ Name = "y" }) { It i { $Name | Should -BeIn x, y } }' }
        @{ Name = 'the order of setups and teardowns'; Counts = '2 0 0 0 0 Passed'; Text = 'Describe d { BeforeAll { $l = [System.Collections.ArrayList]::new() }; BeforeEach { $null = $l.Add(1) }; AfterEach { $null = $l.Add(4) }; Context c { BeforeEach { $null = $l.Add(2) }; AfterEach { $null = $l.Add(3) }; It i { $l | Should -Be 1, 2 }; It j { $l | Should -Be 1, 2, 3, 4, 1, 2 } } }' }
        @{ Name = 'a fresh TestDrive'; Counts = '2 0 0 0 0 Passed'; Text = 'Describe d { Context c { It i { Set-Content $TestDrive/x 1; "TestDrive:/x" | Should -Exist } }; It j { "$TestDrive/x" | Should -Not -Exist } }' }
    )
}

Describe 'Tests' -ForEach @{ Cases = $cases } {
    BeforeAll {
        # All cases in one process, away from the run that this file is part of.
        $folder = (New-Item -ItemType Directory "$TestDrive/cases").FullName
        for ($i = 0; $i -lt $Cases.Count; $i++) { Set-Content "$folder/$i.Tests.ps1" $Cases[$i].Text }
        $run = Invoke-Text @"
Import-Module Pester -MinimumVersion 5.5
foreach (`$i in 0..$($Cases.Count - 1)) {
    `$r = Invoke-Pester "$folder/`$i.Tests.ps1" -Output None -PassThru
    "case `$i " + ((`$r.PassedCount, `$r.FailedCount, `$r.SkippedCount, `$r.NotRunCount, `$r.FailedContainersCount, `$r.Result) -join ' ')
}
"@
        $countsOf = @{}
        $run.Output -split '\n' | Where-Object { $_ -match '^case (\d+) (.*)$' } | ForEach-Object { $countsOf[$Cases[$Matches[1]].Name] = $Matches[2] }
    }

    It 'gives "<Counts>" for <Name>' -ForEach $Cases {
        $countsOf[$Name] | Should -BeExactly $Counts
    }

    It 'chooses tests by tags' {
        Set-Content "$TestDrive/Tags.Tests.ps1" 'Describe d { It i -Tag A { 1 | Should -Be 1 }; Context c -Tag B { It j { 1 | Should -Be 1 } } }'
        $include, $exclude = 'TagFilter', 'ExcludeTagFilter' | ForEach-Object {
            (Invoke-Text "Import-Module Pester -MinimumVersion 5.5; (Invoke-Pester '$TestDrive/Tags.Tests.ps1' -Output None -PassThru -$_ B).Passed.Name").Output
        }
        $include | Should -Be 'j'
        $exclude | Should -Be 'i'
    }

    It 'holds: <_>' -ForEach @(
        '@() | Should -BeNullOrEmpty'
        '$null | Should -BeNullOrEmpty'
        '"" | Should -BeNullOrEmpty'
        '0 | Should -Not -BeNullOrEmpty'
        '1, 2 | Should -Be 1, 2'
        '1, 2 | Should -Not -Be 2, 1'
        '"a" | Should -Be "A"'
        '"a" | Should -Not -BeExactly "A"'
        '"1" | Should -Be 1'
        '$null | Should -Be $null'
        ', @(1, 2) | Should -Not -HaveCount 2'
        '1, 2 | Should -HaveCount 2'
        '@() | Should -HaveCount 0'
        'Should -ActualValue 5 -Be 5'
        '1, 2 | Should -Contain 2'
        '1, 2 | Should -Not -Contain 3'
        '2 | Should -BeIn 1, 2'
        '"abc" | Should -BeLike "A*"'
        '"abc" | Should -Match "^A"'
        '"abc" | Should -Not -MatchExactly "^A"'
        '5 | Should -BeOfType [int]'
        '"x" | Should -BeOfType ([string])'
        '5 | Should -BeGreaterThan 4'
        '5 | Should -BeLessOrEqual 5'
        '1 | Should -BeTrue'
        '$null | Should -BeFalse'
        '{ throw "abc" } | Should -Throw "a*"'
        '{ } | Should -Not -Throw'
        '({ throw "abc" } | Should -Throw -PassThru).Exception.Message | Should -Be abc'
        '{ Get-Item / -NoSuch } | Should -Throw -ExceptionType ([System.Management.Automation.ParameterBindingException])'
    ) {
        { Invoke-Expression $_ } | Should -Not -Throw
    }

    It 'does not hold: <_>' -ForEach @(
        '@(1) | Should -BeNullOrEmpty'
        '1, 2 | Should -Be 1'
        '"a" | Should -BeExactly "A"'
        '$null | Should -Be 1'
        '1 | Should -Be $null'
        '1, 2 | Should -Contain 3'
        '"abc" | Should -Not -Match "B"'
        '5 | Should -BeOfType [string]'
        '$null | Should -BeOfType [string]'
        '5 | Should -BeGreaterThan 5'
        '{ } | Should -Throw'
        '{ throw "abc" } | Should -Not -Throw'
        '{ throw "abc" } | Should -Throw "b*"'
        '{ throw "abc" } | Should -Throw -ExceptionType ([System.IO.IOException])'
    ) {
        { Invoke-Expression $_ } | Should -Throw -ErrorId 'PesterAssertionFailed'
    }
}
