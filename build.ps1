<#
.SYNOPSIS
    Builds, tests and packages HostingDeploy.
.DESCRIPTION
    Runs in PowerShell 7.4 or later. On a machine without it, ./build.sh <task> runs this script in the small
    host of tools/PowerShellHost.

    Build    Publishes the module to out/HostingDeploy/<version>.
    Test     Builds, then runs the tests; -Kind chooses of Unit, Pester and Live, -Filter of their names. -Lanes 2 runs
             live tests on two sandboxes side by side.
    Help     Makes the module's help out of docs/help.
    Lint     Checks the shell scripts, the PowerShell scripts and the layout of the C# code.
    Package  Builds, then makes out/HostingDeploy.<version>.zip.
    Try      Shows a deployment to the sandbox.
    Benchmark
             Measures the module on the sandbox, beside ssh and Capistrano, as benchmarks/README.md tells.
    Sandbox  Passes its arguments to tests/sandbox/sandbox.sh.
    Shell    Imports the module for interactive work, in the sandbox's client folder if the sandbox is up.
    Clean    Removes everything that was built.
.EXAMPLE
    ./build.ps1 -Task Test -Kind Pester -Filter Session
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Help', 'Lint', 'Package', 'Try', 'Benchmark', 'Sandbox', 'Shell', 'Clean')]
    [string] $Task = 'Build',

    # Of Unit, Pester and Live. The command line of -File hands a list over as one text with commas.
    [string[]] $Kind = @('Unit', 'Pester', 'Live'),

    # Only tests whose class or file name contains this.
    [string] $Filter = '',

    # How many sandboxes the live tests use side by side.
    [ValidateRange(1, 9)]
    [int] $Lanes = 1,

    # Tests what out/ already holds.
    [switch] $NoBuild,

    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Arguments = @()
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$Root = $PSScriptRoot
$Out = Join-Path $Root 'out'
$Version = ([xml](Get-Content -Raw (Join-Path $Root 'Directory.Build.props'))).Project.PropertyGroup.Version
$ModulePath = Join-Path $Out 'HostingDeploy' $Version
$Sandbox = Join-Path $Root 'tests' 'sandbox'

function Invoke-Program {
    # Runs a program and stops the build when it fails.
    param([Parameter(Mandatory)] [string] $Name, [string[]] $ArgumentList)

    & $Name @ArgumentList | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "'$Name $($ArgumentList -join ' ')' failed with exit code $LASTEXITCODE."
    }
}

function Remove-Tree {
    param([Parameter(Mandatory)] [string[]] $Path)

    $Path | Where-Object { Test-Path -LiteralPath $_ } | ForEach-Object { Remove-Item -LiteralPath $_ -Recurse -Force }
}

function Invoke-BuildTask {
    # Everything is laid out anew beside the module of the last build, which stays usable until the new one is whole.
    $published = Join-Path $Out 'publish'
    $stage = Join-Path $Out 'stage'
    Remove-Tree $published, $stage
    Invoke-Program dotnet 'publish', (Join-Path $Root 'src' 'HostingDeploy'), '-c', 'Release', '-o', $published, '--nologo', '-v', 'quiet', '-tl:off'

    $module = Join-Path $stage $Version
    $dependencies = New-Item -ItemType Directory (Join-Path $module 'dependencies')
    Get-ChildItem $published -Filter *.dll -File | Where-Object Name -NE 'HostingDeploy.dll' | Copy-Item -Destination $dependencies
    Copy-Item (Join-Path $published 'HostingDeploy.dll') $module
    Get-ChildItem $published -Filter *.ps*1* -File | Copy-Item -Destination $module
    Copy-Manifest $module
    Build-Help $module

    Remove-Tree (Join-Path $Out 'HostingDeploy')
    Move-Item $stage (Join-Path $Out 'HostingDeploy')
    Write-Host "Built $ModulePath"
}

function Copy-Manifest {
    # The version lives in Directory.Build.props alone; the manifest of the module that people install gets it here.
    param([string] $Module)

    $text = Get-Content -Raw (Join-Path $Root 'HostingDeploy.psd1')
    $pattern = "(?m)^(\s*ModuleVersion\s*=\s*)'[^']*'"
    if ($text -notmatch $pattern) {
        throw 'HostingDeploy.psd1 has no line ModuleVersion = ''...'' to put the version in.'
    }

    Set-Content -Path (Join-Path $Module 'HostingDeploy.psd1') -Value ($text -replace $pattern, "`${1}'$Version'") -NoNewline
}

function Build-Help {
    param([string] $Module)

    Invoke-Program dotnet 'run', '--project', (Join-Path $Root 'tools' 'HelpBuilder'), '-c', 'Release', '--', 'build', (Join-Path $Root 'docs' 'help'), (Join-Path $Module 'HostingDeploy.dll'), (Join-Path $Module 'en-US')
}

function Invoke-HelpTask {
    if (-not (Test-Path (Join-Path $ModulePath 'HostingDeploy.dll'))) {
        throw "There is no module in $ModulePath yet: run the Build task, which also makes the help."
    }

    Build-Help $ModulePath
}

function Invoke-TestTask {
    $kinds = @($Kind -split ',' | ForEach-Object Trim)
    $unknown = @($kinds | Where-Object { $_ -notin 'Unit', 'Pester', 'Live' })
    if ($unknown) {
        throw "Kind is Unit, Pester or Live, or several of them, and not '$unknown'."
    }

    if (-not $NoBuild) {
        Invoke-BuildTask
    }

    $results = @(
        if ('Unit' -in $kinds) { Invoke-UnitTest }
        if ('Pester' -in $kinds) { Invoke-PesterTest -ExcludeTag Live }
        if ('Live' -in $kinds) { Invoke-LiveTest }
    )
    $total = Measure-Result $results
    if ($total.Passed + $total.Failed -eq 0) {
        Write-Host 'No test ran.'
    }

    # Again, where whoever sees only the end of a long output finds it.
    $total.Failures | ForEach-Object { Write-Host "FAILED $_" }
    Write-Host "$($total.Passed) passed, $($total.Failed) failed, $($total.Skipped) skipped"
    return $total.Failed -eq 0 -and $total.Passed -gt 0
}

function New-Result {
    param([int] $Passed, [int] $Failed, [int] $Skipped, [string[]] $Failure = @())

    [pscustomobject]@{ Passed = $Passed; Failed = $Failed; Skipped = $Skipped; Failures = $Failure }
}

function Measure-Result {
    param([object[]] $Result)

    $total = New-Result
    foreach ($one in $Result) {
        $total.Passed += $one.Passed
        $total.Failed += $one.Failed
        $total.Skipped += $one.Skipped
        $total.Failures += $one.Failures
    }

    $total
}

function Invoke-UnitTest {
    # The tools of the build are tested with the module.
    $projects = @(
        Join-Path $Root 'tests' 'unit'
        Get-ChildItem (Join-Path $Root 'tools') -Filter *.Tests -Directory | ForEach-Object FullName
    )
    foreach ($project in $projects) {
        Invoke-TestProject $project
    }
}

function Invoke-TestProject {
    param([string] $Project)

    # Counts from the report: the console's summary is worded differently from runner to runner.
    $reports = Join-Path $Out 'test-results'
    Remove-Tree $reports
    $options = @('-c', 'Release', '--nologo', '--logger', 'trx', '--results-directory', $reports)
    if ($Filter) {
        $options += '--filter', "FullyQualifiedName~$Filter"
    }

    dotnet test $Project @options | Out-Host
    $exitCode = $LASTEXITCODE
    $result = New-Result
    foreach ($report in @(if (Test-Path $reports) { Get-ChildItem $reports -Filter *.trx })) {
        $run = ([xml](Get-Content -Raw $report.FullName)).TestRun
        $counters = $run.ResultSummary.Counters
        $result.Passed += [int]$counters.passed
        $result.Failed += [int]$counters.executed - [int]$counters.passed
        $result.Skipped += [int]$counters.total - [int]$counters.executed
        $result.Failures += @($run.Results.UnitTestResult | Where-Object { $_.outcome -eq 'Failed' } | ForEach-Object { "$($_.testName): $($_.Output.ErrorInfo.Message)" })
    }

    if ($exitCode -ne 0 -and $result.Failed -eq 0) {
        Write-Host "The tests of $Project did not run to their end (dotnet test: exit code $exitCode)."
        $result.Failed = 1
        $result.Failures += "$Project did not run to its end"
    }

    $result
}

function Get-PesterFile {
    # The test files in which that tag stands, or all.
    param([string] $Tag = '')

    Get-ChildItem (Join-Path $Root 'tests' 'pester') -Filter *.Tests.ps1 -File -Recurse |
        Where-Object { $_.BaseName -like "*$Filter*" -and (-not $Tag -or (Select-String -Quiet -SimpleMatch $Tag $_.FullName)) }
}

function Invoke-PesterTest {
    param([string] $ExcludeTag)

    foreach ($file in Get-PesterFile) {
        $run = New-PesterRun -Path $file.FullName -ExcludeTag $ExcludeTag
        & ([Environment]::ProcessPath) @($run.Arguments) | Out-Host
        Complete-PesterRun $run $LASTEXITCODE
    }
}

function New-PesterRun {
    # What runs a file in a process of its own, so that modules, types and variables of one cannot reach another.
    param([string] $Path, [string] $Tag, [string] $ExcludeTag)

    $run = {
        param($Path, $Tag, $ExcludeTag, $Counts)
        $ErrorActionPreference = 'Stop'
        Import-Module Pester -MinimumVersion 5.7.0
        $options = @{ Path = $Path; Output = 'Detailed'; PassThru = $true }
        if ($Tag) { $options.TagFilter = $Tag }
        if ($ExcludeTag) { $options.ExcludeTagFilter = $ExcludeTag }
        $run = Invoke-Pester @options
        $failed = if ($run.Result -eq 'Failed') { [Math]::Max(1, $run.FailedCount) } else { 0 }
        Set-Content -LiteralPath $Counts "$($run.PassedCount) $failed $($run.SkippedCount)"
        $run.Failed | ForEach-Object { Add-Content -LiteralPath $Counts "$(Split-Path -Leaf $Path): $($_.ExpandedPath): $("$($_.ErrorRecord[0])" -replace '\s+', ' ' -replace '^(.{300}).+', '$1 ...')" }
    }
    $counts = [System.IO.Path]::GetTempFileName()
    $values = @($Path, $Tag, $ExcludeTag, $counts | ForEach-Object { "'$($_ -replace , '')'" }) -join ' '
    @{ Path = $Path; Counts = $counts; Arguments = '-NoProfile', '-NonInteractive', '-Command', "& {$run} $values" }
}

function Complete-PesterRun {
    # The result of a file whose process has ended.
    param([hashtable] $Run, [int] $ExitCode)

    $counts, $failures = Get-Content -LiteralPath $Run.Counts
    Remove-Item -LiteralPath $Run.Counts
    if ($ExitCode -eq 0 -and $counts) {
        $passed, $failed, $skipped = -split $counts
        New-Result $passed $failed $skipped @($failures | Where-Object { $_ })
    }
    else {
        Write-Host "$($Run.Path) did not run to its end (exit code $ExitCode)."
        New-Result 0 1 0 "$($Run.Path) did not run to its end"
    }
}

function Invoke-LiveTest {
    # A live test without a sandbox has not shown anything, so that is a failure and never a skip.
    $files = @(Get-PesterFile -Tag Live)
    if (-not $files) {
        Write-Host "THE LIVE TESTS FAILED: no test file in tests/pester has the tag 'Live'."
        return New-Result 0 1 0
    }

    # What measures time goes last, with the machine to itself. The longest begin.
    $alone = @($files | Where-Object { Select-String -Quiet -Pattern '-Tag .*\bAlone\b' $_.FullName })
    $others = @($files | Where-Object { $_ -notin $alone } | Sort-Object { [bool](Select-String -Quiet -Pattern '-Tag .*\bLong\b' $_.FullName) }, Length -Descending)
    $places = @(0..([Math]::Min($Lanes, [Math]::Max(1, $others.Count)) - 1) | ForEach-Object { Get-LaneEnvironment $_ })
    foreach ($place in $places) {
        if (-not (Invoke-LaneSandbox $place 'up')) {
            Write-Host 'THE LIVE TESTS FAILED: the sandbox did not come up.'
            return New-Result 0 1 0
        }
    }

    Invoke-Lane $others $places
    $places | Select-Object -Skip 1 | ForEach-Object { $null = Invoke-LaneSandbox $_ 'down' }
    Invoke-Lane $alone $places[0]
}

function Get-LaneEnvironment {
    # The variables that lead to the sandbox of a lane: the first has the one that the environment names.
    param([int] $Lane)

    $number = [int]$env:HOSTINGDEPLOY_SANDBOX_NUMBER + $Lane
    $state = if ($Lane -eq 0 -and $env:HOSTINGDEPLOY_SANDBOX) { $env:HOSTINGDEPLOY_SANDBOX } else { "/var/lib/hostingdeploy-sandbox$(if ($number) { $number })" }
    @{ HOSTINGDEPLOY_SANDBOX_NUMBER = "$number"; HOSTINGDEPLOY_SANDBOX = $state }
}

function Invoke-LaneSandbox {
    param([hashtable] $Environment, [string] $Verb)

    $settings = $Environment.GetEnumerator() | ForEach-Object { "$($_.Key)=$($_.Value)" }
    env @settings (Join-Path $Sandbox 'sandbox.sh') $Verb | Out-Host
    $LASTEXITCODE -eq 0
}

function Invoke-Lane {
    # Runs test files side by side, one at a time on each sandbox; what they printed comes file by file.
    param([object[]] $File, [hashtable[]] $Place)

    $queue = [System.Collections.Generic.Queue[object]]::new()
    $File | Where-Object { $_ } | ForEach-Object { $queue.Enqueue($_) }
    $running = @{}
    while ($queue.Count -or $running.Count) {
        foreach ($lane in 0..($Place.Count - 1)) {
            if (-not $running.ContainsKey($lane) -and $queue.Count) {
                $run = New-PesterRun -Path $queue.Dequeue().FullName -Tag Live
                $run.Process = Start-PesterProcess $run.Arguments $Place[$lane]
                $run.Output = $run.Process.StandardOutput.ReadToEndAsync(), $run.Process.StandardError.ReadToEndAsync()
                $run.Clock = [System.Diagnostics.Stopwatch]::StartNew()
                $running[$lane] = $run
            }
            elseif ($running.ContainsKey($lane) -and $running[$lane].Process.HasExited) {
                $run = $running[$lane]
                $running.Remove($lane)
                $run.Output | ForEach-Object { $_.GetAwaiter().GetResult() } | Where-Object { $_ } | Out-Host
                Write-Host ('{0}: {1:0} s' -f (Split-Path -Leaf $run.Path), $run.Clock.Elapsed.TotalSeconds)
                Complete-PesterRun $run $run.Process.ExitCode
            }
            elseif ($running.ContainsKey($lane) -and $running[$lane].Clock.Elapsed.TotalMinutes -gt 20) {
                # Whatever it waits for does not come.
                $running[$lane].Process.Kill($true)
            }
        }

        Start-Sleep -Milliseconds 100
    }
}

function Start-PesterProcess {
    param([string[]] $ArgumentList, [hashtable] $Environment)

    $start = [System.Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    $ArgumentList | ForEach-Object { $start.ArgumentList.Add($_) }
    $Environment.GetEnumerator() | ForEach-Object { $start.Environment[$_.Key] = $_.Value }
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = [System.Text.UTF8Encoding]::new($false)
    [System.Diagnostics.Process]::Start($start)
}

function Invoke-LintTask {
    $failures = @(
        Test-ShellScript
        Test-PowerShellScript
        Test-CodeLayout
    )
    if ($failures) {
        Write-Host "Lint failed: $($failures -join ', ')."
    }

    return -not $failures
}

function Test-ShellScript {
    $scripts = @(git -C $Root ls-files --cached --others --exclude-standard -- '*.sh' | ForEach-Object { Join-Path $Root $_ } | Where-Object { Test-Path $_ })
    if (-not (Get-Command shellcheck -CommandType Application -ErrorAction Ignore)) {
        Write-Host 'ShellCheck is not installed: apt-get install shellcheck.'
        return 'ShellCheck'
    }

    Write-Host "ShellCheck: $($scripts.Count) files"
    shellcheck --external-sources @scripts | Out-Host
    if ($LASTEXITCODE -ne 0) { 'ShellCheck' }
}

function Test-PowerShellScript {
    if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
        Write-Host 'PSScriptAnalyzer is not installed, so the PowerShell scripts were not analyzed.'
        return
    }

    $settings = Join-Path $Root 'PSScriptAnalyzerSettings.psd1'
    $found = @('build.ps1', 'HostingDeploy.psd1', 'tests', 'benchmarks', 'docs' | ForEach-Object {
            Invoke-ScriptAnalyzer -Path (Join-Path $Root $_) -Recurse -Settings $settings
        })
    Write-Host "PSScriptAnalyzer: $($found.Count) findings"
    $found | Format-Table Severity, RuleName, ScriptName, Line, Message -Wrap | Out-Host
    if ($found) { 'PSScriptAnalyzer' }
}

function Test-CodeLayout {
    # The analyzers run in every build; only the white space is left to check.
    dotnet format whitespace $Root --folder --verify-no-changes --exclude out | Out-Host
    if ($LASTEXITCODE -ne 0) { 'dotnet format' }
}

function Invoke-PackageTask {
    Invoke-BuildTask
    $package = Join-Path $Out "HostingDeploy.$Version.zip"
    Remove-Tree $package
    [System.IO.Compression.ZipFile]::CreateFromDirectory((Join-Path $Out 'HostingDeploy'), $package, 'SmallestSize', $true)
    Write-Host "Packed $package"
}

function Import-Built {
    if (-not (Test-Path $ModulePath)) {
        Invoke-BuildTask
    }

    Import-Module (Join-Path $ModulePath 'HostingDeploy.psd1') -Global
}

function Invoke-ShellTask {
    Import-Built
    $state = if ($env:HOSTINGDEPLOY_SANDBOX) { $env:HOSTINGDEPLOY_SANDBOX } else { '/var/lib/hostingdeploy-sandbox' }
    $client = Join-Path $state 'client'
    if (Test-Path (Join-Path $client 'hosting.yml')) {
        Set-Location $client
    }

    Write-Host "HostingDeploy $Version is imported. Get-Command -Module HostingDeploy lists what it can do."
}

function Invoke-CleanTask {
    foreach ($folder in 'src', 'tools', 'tests', 'benchmarks' | ForEach-Object { Join-Path $Root $_ } | Where-Object { Test-Path $_ }) {
        Get-ChildItem $folder -Filter *.csproj -File -Recurse | ForEach-Object {
            Remove-Tree (Join-Path $_.DirectoryName 'bin'), (Join-Path $_.DirectoryName 'obj')
        }
    }

    Remove-Tree $Out
}

# Tests and samples import the module by name.
$env:PSModulePath = $Out + [System.IO.Path]::PathSeparator + $env:PSModulePath

switch ($Task) {
    'Build' { Invoke-BuildTask }
    'Test' { if (-not (Invoke-TestTask)) { exit 1 } }
    'Help' { Invoke-HelpTask }
    'Lint' { if (-not (Invoke-LintTask)) { exit 1 } }
    'Package' { Invoke-PackageTask }
    'Try' {
        Import-Built
        & (Join-Path $Sandbox 'try.ps1') @Arguments
    }
    'Benchmark' {
        Import-Built
        & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File (Join-Path $Root 'benchmarks' 'Measure-Deployment.ps1') @Arguments
        exit $LASTEXITCODE
    }
    'Sandbox' {
        & (Join-Path $Sandbox 'sandbox.sh') @Arguments
        exit $LASTEXITCODE
    }
    'Shell' { Invoke-ShellTask }
    'Clean' { Invoke-CleanTask }
}
