# What breaks a session, and how to see from the server's own side what is left of it. Needs Live.ps1.

# Every shell of a session has a cgroup of its own, inside that of the login that serves it.
$ShellCgroups = "find /sys/fs/cgroup/user.slice -type d -name 'hostingdeploy-*'"
$ServingProcesses = "for shell in `$($ShellCgroups); do cat `"`$shell/../cgroup.procs`"; done | sort -u"

function Get-Now {
    # Seconds since 1970, as the server's clock counts them too: the sandbox is on this machine.
    [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds() / 1000
}

function Wait-Until {
    # Waits for a condition of this machine.
    param([Parameter(Mandatory)] [scriptblock] $Condition, [Parameter(Mandatory)] [string] $What, [int] $Seconds = 30)

    $until = (Get-Now) + $Seconds
    while (-not (& $Condition)) {
        if ((Get-Now) -gt $until) {
            throw "$What did not come about within $Seconds s."
        }

        Start-Sleep -Milliseconds 50
    }
}

function Wait-Server {
    # Waits for a condition on the server, in shell.
    param([Parameter(Mandatory)] [string] $Condition, [int] $Seconds = 30)

    $null = Invoke-Server "for ((i = 0; i < $Seconds * 20; i++)); do if $Condition; then exit 0; fi; sleep 0.05; done; echo 'not within $Seconds s: $($Condition -replace "'", '"')'; exit 1"
}

function Start-Watch {
    # Has the server itself write down when the last process of the shells that are there now is gone, and when nobody holds the
    # deployment's lock any more: it can do so while nobody can ask.
    $null = Invoke-Server @"
pids=`$(for shell in `$($ShellCgroups); do cat "`$shell/cgroup.procs"; done)
rm -f /run/fault-watch
systemctl reset-failed fault-watch 2>/dev/null || true
systemd-run --quiet --collect --unit=fault-watch bash -c '
  gone= free=
  for ((i = 0; i < 900; i++)); do
    if [ -z "`$gone" ]; then
      gone=`$EPOCHREALTIME
      for pid in '"`$(echo `$pids)"'; do
        [ ! -d /proc/`$pid ] || gone=
      done
      [ -z "`$gone" ] || echo "gone `$gone" >>/run/fault-watch
    fi
    if [ -z "`$free" ] && flock --nonblock /var/lib/hosting/cigar/lock true; then
      free=`$EPOCHREALTIME
      echo "free `$free" >>/run/fault-watch
    fi
    [ -z "`$gone" ] || [ -z "`$free" ] || exit 0
    sleep 0.05
  done'
"@
}

function Get-Watch {
    # What was written down: moments by name.
    $moments = @{}
    foreach ($line in (Invoke-Server 'cat /run/fault-watch') -split "`n") {
        $name, $time = $line -split ' '
        $moments[$name] = [double]::Parse($time, [cultureinfo]::InvariantCulture)
    }

    $moments
}

function Start-Pipeline {
    # A command in a runspace of its own, to be stopped as Ctrl+C stops one.
    param([Parameter(Mandatory)] [string] $Text, [object[]] $ArgumentList)

    $shell = [powershell]::Create()
    $null = $shell.AddScript("Import-Module '$(Get-BuiltModulePath)'; Set-Location '$Client'; & { $Text } @args")
    foreach ($argument in $ArgumentList) {
        $null = $shell.AddArgument($argument)
    }

    [pscustomobject]@{ Shell = $shell; Handle = $shell.BeginInvoke() }
}

function Suspend-Job {
    # Arms the server to stop all processes of a job as soon as it runs. Frozen first, so that none is started meanwhile.
    param([Parameter(Mandatory)] [string] $Name)

    $null = Invoke-Server @"
systemd-run --quiet --collect --unit=fault-arm bash -c '
  job=/sys/fs/cgroup/system.slice/hosting-cigar.$Name.service
  until { echo 1 >`$job/cgroup.freeze && pids=`$(cat `$job/cgroup.procs) && kill -STOP `$pids; } 2>/dev/null; do sleep 0.005; done
  echo 0 >`$job/cgroup.freeze'
"@
}

function Resume-Job {
    # Lets it go on, if it is still there.
    param([Parameter(Mandatory)] [string] $Name)

    $null = Invoke-Server "systemctl kill -s CONT hosting-cigar.$Name.service 2>/dev/null || true"
}

function Start-Client {
    # A client in a process of its own. Each part is a script that runs in a runspace of its own in it, with the session $s to
    # web1 (or without, when its name is connect), and tells in NAME.json how it failed, when, and how long closing took.
    param([Parameter(Mandatory)] [hashtable] $Part, [Parameter(Mandatory)] [string] $Folder)

    $null = New-Item -ItemType Directory -Path $Folder
    $text = @'
param($Module, $Client, $Folder)
$common = {
    param($Module, $Client, $Folder, $Name, $Text)
    $ErrorActionPreference = 'Stop'
    Import-Module $Module
    Set-Location $Client
    function now { [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds() / 1000 }
    $answer = @{}
    $s = $null
    $errors = @()
    try {
        if ($Name -ne 'connect') { $s = New-DeploySession web1 }
        New-Item -ItemType File -Path "$Folder/$Name.ready" > $null
        $answer.output = @(& ([scriptblock]::Create($Text)) 6> $null | ForEach-Object { "$_" })
    }
    catch {
        $errors += $_
    }
    $answer.at = now
    $answer.errors = @($errors | ForEach-Object { @{ id = $_.FullyQualifiedErrorId; message = "$($_.Exception.Message)"; action = "$($_.ErrorDetails.RecommendedAction)" } })
    if ($s) {
        $answer.state = "$($s.State)"
        $before = now
        Remove-DeploySession $s
        $answer.closing = (now) - $before
    }
    ConvertTo-Json -Depth 4 $answer | Set-Content -LiteralPath "$Folder/$Name.unfinished"
    Move-Item -LiteralPath "$Folder/$Name.unfinished" "$Folder/$Name.json"
}
$running = @(Get-ChildItem -LiteralPath $Folder -Filter *.part | ForEach-Object {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("$common").AddArgument($Module).AddArgument($Client).AddArgument($Folder).AddArgument($_.BaseName).AddArgument((Get-Content -Raw -LiteralPath $_.FullName))
        @{ Shell = $shell; Handle = $shell.BeginInvoke() }
    })
foreach ($one in $running) { $null = $one.Shell.EndInvoke($one.Handle) }
'@
    Set-Content -LiteralPath "$Folder/client.ps1" $text
    foreach ($name in $Part.Keys) {
        Set-Content -NoNewline -LiteralPath "$Folder/$name.part" $Part[$name]
    }

    $start = [System.Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', "& '$Folder/client.ps1' '$(Get-BuiltModulePath)' '$Client' '$Folder'") {
        $start.ArgumentList.Add($argument)
    }

    [System.Diagnostics.Process]::Start($start)
}

function Get-Answer {
    # What a part of the client told in the end.
    param([Parameter(Mandatory)] [string] $Folder, [Parameter(Mandatory)] [string] $Name)

    Wait-Until { Test-Path -LiteralPath "$Folder/$Name.json" } -What "The client's answer about $Name" -Seconds 40
    Get-Content -Raw -LiteralPath "$Folder/$Name.json" | ConvertFrom-Json
}

function Invoke-Fault {
    # Four clients in one process: in a step, in long work that stands still, with an idle session, and connecting to a server
    # that takes the connection and says nothing. Breaks it all, waits for what they say, mends it, and runs the long work again.
    param([Parameter(Mandatory)] [string] $Job, [Parameter(Mandatory)] [string] $Step, [Parameter(Mandatory)] [scriptblock] $Break,
        [scriptblock] $Mend = {}, [switch] $Rebooted, [switch] $Killed)

    $folder = [System.IO.Path]::GetFullPath((Join-Path ([System.IO.Path]::GetTempPath()) "hostingdeploy-fault-$([guid]::NewGuid().ToString('N'))"))
    $outcome = @{ Started = Get-JobCount $Job }
    $null = Invoke-Server 'rm -f /run/fault-step'
    Suspend-Job $Job
    $process = Start-Client -Folder $folder @{
        step    = 'Invoke-RemoteCommand -Session $s "setsid --fork sleep 900; touch /run/fault-step; sleep 900" -ErrorAction Stop'
        work    = "Invoke-AppDeployment cigar -Only $Step -Force -Session `$s"
        idle    = 'while ("$($s.State)" -eq "Open") { Start-Sleep -Milliseconds 50 }'
        connect = "while (-not (Test-Path '$folder/now')) { Start-Sleep -Milliseconds 20 }; New-DeploySession web1 -TimeoutSeconds 15"
    }
    try {
        Wait-Server "[ -e /run/fault-step ] && ! systemctl is-active --quiet fault-arm && [ `$($ShellCgroups | wc -l) = 3 ]"
        Start-Watch
        $null = Invoke-Server 'systemctl kill -s STOP --kill-whom=main ssh'
        Wait-Until { Test-Path -LiteralPath "$folder/connect.ready" } -What 'The client that connects'
        $null = New-Item -ItemType File -Path "$folder/now"
        Start-Sleep -Milliseconds 500

        $outcome.Moment = Get-Now
        if ($Killed) {
            $process.Kill()
            $process.WaitForExit()
        }
        else {
            & $Break
            foreach ($name in 'step', 'work', 'idle', 'connect') {
                $outcome[$name] = Get-Answer $folder $name
            }
        }

        & $Mend
        if (-not $Rebooted) {
            Wait-Server '! systemctl is-active --quiet fault-watch'
            $outcome.Watch = Get-Watch
        }

        $null = Invoke-Server 'systemctl kill -s CONT --kill-whom=main ssh || true'
        Resume-Job $Job
        $outcome.Again = Invoke-AppDeployment cigar -Only $Step -Force 6> $null
        [pscustomobject]$outcome
    }
    finally {
        if (-not $process.HasExited) {
            $process.Kill()
        }

        $process.Dispose()
        Remove-Item -Recurse -Force -LiteralPath $folder
    }
}
