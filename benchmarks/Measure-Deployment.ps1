<#
.SYNOPSIS
    Measures connecting, steps, deployments and output on the sandbox, and prints a table.
.DESCRIPTION
    ./build.sh benchmark runs it. README.md beside it tells what the lines of the table mean. Throws away what is on the sandbox's
    server web1, as the live tests do, and leaves nothing else behind.
.EXAMPLE
    ./build.sh benchmark -Only Connecting,Steps -Repeat 10
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    # How often everything is measured.
    [ValidateRange(1, 100)]
    [int] $Repeat = 5,

    # Of Connecting, Steps, Deployments, Capistrano and Output, with commas.
    [ValidatePattern('^((Connecting|Steps|Deployments|Capistrano|Output)(,\s*|$))+$')]
    [string] $Only = 'Connecting,Steps,Deployments,Capistrano,Output',

    # Writes RESULTS.md too.
    [switch] $Save
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

# The sandbox and the ways to look at it are those of the live tests.
& (Join-Path $PSScriptRoot '../tests/sandbox/sandbox.sh') up | Out-Host
if ($LASTEXITCODE -ne 0) {
    throw 'The sandbox did not come up.'
}

. (Join-Path $PSScriptRoot '../tests/pester/live/Live.ps1')
. (Join-Path $PSScriptRoot 'Links.ps1')
. (Join-Path $PSScriptRoot 'Results.ps1')

$Megabytes = 200
$Work = Join-Path ([System.IO.Path]::GetTempPath()) "hostingdeploy-benchmark-$PID"
$Module = Get-BuiltModulePath
$Samples = [System.Collections.Generic.List[object]]::new()
$Branches = [System.Collections.Generic.List[string]]::new()

# What a line is compared with, where there is something.
$Baseline = @{
    'New-DeploySession'                              = 'ssh true'
    '50 × Invoke-RemoteCommand'                      = '50 × ssh, multiplexed'
    "Invoke-RemoteCommand -OutFile, $Megabytes MB"   = "ssh cat, $Megabytes MB"
    'Invoke-AppDeployment from a shell, nothing new' = 'cap deploy, nothing new'
    'Invoke-AppDeployment from a shell, new code'    = 'cap deploy, new code'
}

function Get-BootCount {
    # How often HostingDeploy has booted Rails on the server since that booted: rake for one or several tasks, and Puma.
    [int](Invoke-Server "journalctl -b --no-pager -o cat _PID=1 | grep -cE '^Started (hosting-cigar\.rake|puma-cigar@.)\.service' || true")
}

function Add-Sample {
    # Measures the action once. What it gives back is the result of a deployment, or nothing of interest.
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] $Link, [Parameter(Mandatory)] [scriptblock] $Action, [switch] $Boots)

    $trips = Get-TripCount $Link
    $booted = if ($Boots) { Get-BootCount }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $result = & $Action
    $seconds = $clock.Elapsed.TotalSeconds
    $deployment = $result | Where-Object { $_ -is [HostingDeploy.Deployment] }
    $Samples.Add([pscustomobject]@{
            Name     = $Name
            Link     = $Link.Name
            Seconds  = $seconds
            Trips    = if ($null -ne $trips) { (Get-TripCount $Link) - $trips }
            OwnTrips = if ($deployment) { $deployment.Statistics.RoundTrips }
            Boots    = if ($Boots) { (Get-BootCount) - $booted }
        })
    Write-Host ('{0,-6}  {1}: {2:0.00} s' -f $Link.Name, $Name, $seconds)
}

function Invoke-Deployed {
    # A deployment, connecting included. It has to come to the end that is to be measured.
    param([string] $Branch, [string] $Status, [hashtable] $Parameter = @{})

    Get-DeploySession | Remove-DeploySession
    $deployment = Invoke-AppDeployment cigar -Branch $Branch @Parameter 6> $null
    if ("$($deployment.Status)" -ne $Status) {
        throw "The deployment was to be $Status and is $($deployment.Status)."
    }

    $deployment
}

function New-CodeCommit {
    # What an update is mostly about: neither gems nor db/ nor styles. A change of VERSION, which the sandbox's commits are, asks for less.
    param([string] $Branch)

    $null = New-Commit 'Code alone' -Branch $Branch "echo `"# `$(date +%s.%N)`" >>app/controllers/application_controller.rb"
}

function New-Branch {
    $name = New-BranchName
    $Branches.Add($name)
    $null = New-Commit 'The beginning' -Branch $name
    $name
}

function Measure-Connecting {
    param($Link)

    Add-Sample 'ssh true' $Link { Invoke-Tool -Name ssh -ArgumentList '-F', $Link.SshConfig, 'web1', 'true' }
    Add-Sample 'New-DeploySession' $Link { New-DeploySession web1 }
    Get-DeploySession | Remove-DeploySession
}

function Measure-Connected {
    # Something that ssh does over a connection that is there already, and that a session does.
    param($Link, [hashtable] $Ssh, [hashtable] $Session)

    $arguments = '-F', $Link.SshConfig, '-o', "ControlPath=$Work/control-$($Link.Port)", 'web1'
    $null = Invoke-Tool -Name bash -ArgumentList (@('-c', 'exec ssh -o ControlMaster=yes -o ControlPersist=60 "$@" true </dev/null >/dev/null 2>&1', 'ssh') + $arguments)
    try {
        Add-Sample $Ssh.Name $Link { Invoke-Tool -Name bash -ArgumentList (@('-c', $Ssh.Script, 'ssh') + $arguments) }
    }
    finally {
        $null | ssh -O exit @arguments *> $null
    }

    $opened = New-DeploySession web1
    try {
        Add-Sample $Session.Name $Link { & $Session.Script $opened }
    }
    finally {
        Remove-DeploySession $opened
    }
}

function Measure-Step {
    param($Link)

    Measure-Connected $Link @{
        Name   = '50 × ssh, multiplexed'
        Script = 'for i in {1..50}; do ssh "$@" true </dev/null; done'
    } @{
        Name   = '50 × Invoke-RemoteCommand'
        Script = { param($Opened) foreach ($number in 1..50) { Invoke-RemoteCommand -Session $Opened -Command 'true' } }
    }
}

function Measure-Deployment {
    # The life of an app from a server as an operator hands it over.
    param($Link)

    Reset-Server
    $branch = New-Branch
    Add-Sample 'first deployment' $Link { Invoke-Deployed $branch Succeeded @{ Setup = $true } } -Boots
    Add-Sample 'deploy, nothing new' $Link { Invoke-Deployed $branch Unchanged } -Boots
    New-CodeCommit $branch
    Add-Sample 'deploy -WhatIf, new code' $Link { Invoke-Deployed $branch Planned @{ WhatIf = $true } } -Boots
    Add-Sample 'deploy, new code' $Link { Invoke-Deployed $branch Succeeded } -Boots
    Add-Sample 'rollback' $Link {
        Get-DeploySession | Remove-DeploySession
        Undo-AppDeployment cigar -Confirm:$false 6> $null
    } -Boots
    $null = New-Commit 'A migration and new styles' -Branch $branch @'
cat >db/migrate/20261125000000_create_humidors.rb <<'RUBY'
class CreateHumidors < ActiveRecord::Migration[6.1]
  def change
    create_table(:humidors) { |t| t.string :name }
  end
end
RUBY
echo 'body { color: #321; }' >>app/assets/stylesheets/application.css
'@
    Add-Sample 'deploy, new code, migration and styles' $Link { Invoke-Deployed $branch Succeeded } -Boots
    Get-DeploySession | Remove-DeploySession
}

function Initialize-Capistrano {
    # web1 with the branch deployed by both.
    param($Link, [string] $Branch)

    $null = Invoke-Tool -Name cp -ArgumentList '-a', '--', (Join-Path $PSScriptRoot 'capistrano'), "$Work/capistrano"
    Reset-Server
    $null = Invoke-Server 'cat >/root/prepare.sh' -InputText (Get-Content -Raw -LiteralPath "$Work/capistrano/prepare.sh")
    $null = Invoke-Server 'bash /root/prepare.sh' -InputText (Get-Content -Raw -LiteralPath $Settings['SANDBOX_DEPLOY_KEY'])
    $null = Invoke-Deployed $Branch Succeeded @{ Setup = $true }
    Invoke-Capistrano $Link $Branch
    Wait-Capistrano
}

function Invoke-Capistrano {
    param($Link, [string] $Branch)

    $null = Invoke-Tool -Name env -ArgumentList @(
        '-C', "$Work/capistrano"
        "BENCHMARK_REPOSITORY=$($Settings['SANDBOX_GIT_URL'])", "BENCHMARK_BRANCH=$Branch"
        "BENCHMARK_HOST=$($Settings['SANDBOX_HUB_ADDRESS'])", "BENCHMARK_PORT=$($Link.Port)"
        "BENCHMARK_IDENTITY=$($Settings['SANDBOX_IDENTITY'])", "BENCHMARK_KNOWN_HOSTS=$($Link.Path)/known_hosts"
        'cap', 'production', 'deploy'
    )
}

function Wait-Capistrano {
    # Its Puma boots on when cap has ended; the next measurement is not to share the processor with that.
    $null = Invoke-Server 'for _ in {1..200}; do ! curl -sf --unix-socket /srv/cigar/puma.sock http://localhost/up || exit 0; sleep 0.1; done; exit 1'
}

function Invoke-Shell {
    # A command as from bash or CI: in a PowerShell of its own.
    param([string] $Command)

    $null = Invoke-Tool -Name ([Environment]::ProcessPath) -ArgumentList '-NoProfile', '-NonInteractive', '-Command', "`$ErrorActionPreference = 'Stop'; $Command"
}

function Measure-Capistrano {
    # Side by side on one server, the same commit.
    param($Link, [string] $Branch)

    $deploy = "Import-Module '$Module'; Set-Location '$($Link.Path)'; Invoke-AppDeployment cigar -Branch $Branch"
    Add-Sample 'PowerShell starts and imports the module' $Link { Invoke-Shell "Import-Module '$Module'" }
    Add-Sample 'Invoke-AppDeployment from a shell, nothing new' $Link { Invoke-Shell $deploy }
    Add-Sample 'cap deploy, nothing new' $Link { Invoke-Capistrano $Link $Branch }
    Wait-Capistrano
    New-CodeCommit $Branch
    Add-Sample 'Invoke-AppDeployment from a shell, new code' $Link { Invoke-Shell $deploy }
    Add-Sample 'cap deploy, new code' $Link { Invoke-Capistrano $Link $Branch }
    Wait-Capistrano
}

function Measure-Output {
    param($Link)

    $file = Join-Path $Work 'output'
    $null = Invoke-Server "[ -f /root/output ] || head -c $($Megabytes)M /dev/urandom >/root/output"
    Measure-Connected $Link @{
        Name   = "ssh cat, $Megabytes MB"
        Script = "ssh `"`$@`" 'cat /root/output' </dev/null >$file"
    } @{
        Name   = "Invoke-RemoteCommand -OutFile, $Megabytes MB"
        Script = { param($Opened) Invoke-RemoteCommand -Session $Opened -Command 'cat /root/output' -OutFile "$file-own" }
    }
    if ((Get-FileHash -LiteralPath $file).Hash -ne (Get-FileHash -LiteralPath "$file-own").Hash) {
        throw 'The output did not come as it was sent.'
    }

    Remove-Item -LiteralPath $file, "$file-own"
}

function Get-PeakMemory {
    # The most memory that a client has had when it was connected, and when it had received the output, in a sentence.
    $before, $after = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command @"
`$ErrorActionPreference = 'Stop'
Import-Module '$Module'
Set-Location '$Client'
function Get-Peak { [int]((Get-Content /proc/self/status | Where-Object { `$_ -like 'VmHWM:*' }) -replace '\D') }
`$opened = New-DeploySession web1
Get-Peak
`$null = Invoke-RemoteCommand -Session `$opened -Command 'cat /root/output' -OutFile '$Work/output'
Get-Peak
Remove-DeploySession `$opened
"@
    "- Peak memory of a client: $([Math]::Round($before / 1024)) MB when connected, $([Math]::Round($after / 1024)) MB having received $Megabytes MB"
}

function Measure-Each {
    # All links in turn, as often as asked: what else the machine does meets all of them.
    param([Parameter(Mandatory)] [object[]] $Link, [Parameter(Mandatory)] [scriptblock] $Action)

    foreach ($round in 1..$Repeat) {
        foreach ($one in $Link) {
            Push-Location $one.Path
            try {
                & $Action $one
            }
            finally {
                Get-DeploySession | Remove-DeploySession
                Pop-Location
            }
        }
    }
}

$load = Get-Load
$parts = $Only -split ',' | ForEach-Object Trim
$capistrano = if ('Capistrano' -in $parts -and (Get-Command cap -CommandType Application -ErrorAction Ignore)) { "$(cap --version)" -replace ' Version:|\s*\(.*' }
$facts = [System.Collections.Generic.List[string]]::new()
$null = New-Item -ItemType Directory $Work
try {
    Import-BuiltModule
    Reset-Server
    $direct = [pscustomobject]@{ Name = 'direct'; Port = 22; Path = $Client; SshConfig = $Settings['SANDBOX_SSH_CONFIG'] }
    $links = @(0, 100 | ForEach-Object { New-Link $_ })

    # What is compiled on its first use is, by now.
    Push-Location $Client
    $null = Invoke-AppDeployment cigar -Setup -WhatIf 6> $null
    Pop-Location

    if ('Connecting' -in $parts) {
        Measure-Each $links { Measure-Connecting $args[0] }
    }

    if ('Steps' -in $parts) {
        Measure-Each $links { Measure-Step $args[0] }
    }

    if ('Output' -in $parts) {
        Measure-Each @($direct, $links[-1]) { Measure-Output $args[0] }
        $facts.Add((Get-PeakMemory))
    }

    if ('Deployments' -in $parts) {
        Measure-Each $links { Measure-Deployment $args[0] }
    }

    if ($capistrano) {
        $branch = New-Branch
        Push-Location $Client
        Initialize-Capistrano $links[0] $branch
        Pop-Location
        Measure-Each $links { Measure-Capistrano $args[0] $branch }
    }
    elseif ('Capistrano' -in $parts) {
        $facts.Add('- Capistrano is not installed (apt-get install capistrano) and was left out')
    }

    $facts.InsertRange(0, [string[]]@(Get-Circumstance $load $capistrano))
}
finally {
    Set-Location $PSScriptRoot
    Get-DeploySession | Remove-DeploySession
    Stop-Link
    $Branches | ForEach-Object { Remove-Branch $_ }
    Reset-Server
    Remove-Item -LiteralPath $Work -Recurse -Force
}

$table = @(Format-Result @(Get-ResultRow $Samples $Baseline))
$table + '' + $facts | Write-Host
if ($Save) {
    Set-Content -LiteralPath (Join-Path $PSScriptRoot 'RESULTS.md') (@('# Results', '', 'Written by `./build.sh benchmark -Save`; [README.md](README.md) tells what the lines mean.', '') + $table + '' + $facts)
}
