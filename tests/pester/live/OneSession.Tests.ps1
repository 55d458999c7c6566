# Proves: one session, handed to eight runspaces, deploys eight apps at once, whether sshd allows it ten shells, two or one; what
# happens to one of them, to a shell or to the session itself, and a ninth who comes along, does no harm to the others and leaves no
# lock; plans beside them keep to themselves; certificates are had one after the other; and every line says whose it is.

BeforeDiscovery {
    # What is thrown in, and at whom, is decided by the seed: the same seed is the same test.
    $seed = if ($env:HOSTINGDEPLOY_SEED) { [int]$env:HOSTINGDEPLOY_SEED } else { 20261127 }
    $most = if ($env:HOSTINGDEPLOY_ROUNDS) { [int]$env:HOSTINGDEPLOY_ROUNDS } else { 2 }
    $random = [System.Random]::new($seed)
    $places = @(
        @{ Server = 'web1'; Limit = 10; Count = 8; Rounds = $most }
        @{ Server = 'two-sessions'; Limit = 2; Count = 4; Rounds = [Math]::Ceiling($most / 2) }
        @{ Server = 'one-session'; Limit = 1; Count = 8; Rounds = [Math]::Ceiling($most / 2) }
    )
    $faults = @()
    $rounds = foreach ($place in $places) {
        foreach ($number in 1..$place.Rounds) {
            # Each of them comes once before any comes again.
            if (-not $faults) {
                $faults = @('nothing', 'Ctrl+C', 'a killed shell', 'a closed session' | Sort-Object { $random.Next() })
            }

            $fault, $faults = $faults
            @{ Server = $place.Server; Limit = $place.Limit; Count = $place.Count; Number = $number; Fault = $fault
                Held = $random.Next($place.Count); Stopped = $random.Next($place.Count); Killed = $random.Next(1000) }
        }
    }
    Write-Host "HOSTINGDEPLOY_SEED=$seed HOSTINGDEPLOY_ROUNDS=$most"
}

Describe 'One session with eight apps' -Tag Live, Long {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Clients.ps1"
        . "$PSScriptRoot/SshServers.ps1"
        . "$PSScriptRoot/OneSession.ps1"
        Import-BuiltModule
        $module = Get-BuiltModulePath
        Reset-Server
        $lab = New-SshLab ([System.IO.Path]::GetFullPath((Join-Path $TestDrive 'lab')))
        $branch = New-LightBranch
        Push-Location (New-ManyFolder (Join-Path $TestDrive 'hosting') -Branch $branch)
        $apps = @(Get-DeployApp)
        $names = @($apps | ForEach-Object { "$_" })
        $good = 'Succeeded', 'Unchanged'
        $session = New-DeploySession web1 -SshConfigFile $lab.Config
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
    }

    AfterAll {
        Get-DeploySession | Remove-DeploySession
        Pop-Location
        if ($branch) {
            Remove-Branch $branch
        }

        Reset-Server
    }

    Context 'that are new' {
        BeforeAll {
            $clock.Restart()

            # Four of them have a certificate: certbot takes its time, and one after the other.
            $certified = @($names | Select-Object -First 4)
            $deployed = @($apps | ForEach-Object -ThrottleLimit 8 -Parallel {
                    Import-Module $using:module
                    $parameters = if ("$_" -in $using:certified) { @{} } else { @{ Skip = 'Certificate' } }
                    $said, $deployments = @($_ | Invoke-AppDeployment -Session $using:session -Setup @parameters 6>&1).Where({ $_ -is [System.Management.Automation.InformationRecord] }, 'Split')
                    $deployments
                    [pscustomobject]@{ Name = "$_"; Lines = @($said | ForEach-Object { "$($_.MessageData)" }) }
                })
            Write-Host ('Eight first deployments at once: {0:0.0} s' -f $clock.Elapsed.TotalSeconds)
            $deployments = @($deployed | Where-Object { $_ -is [HostingDeploy.Deployment] })
            $said = @($deployed | Where-Object { $_ -isnot [HostingDeploy.Deployment] })
            $state = @(Get-LockState $names)
        }

        It 'deploys all of them' {
            @($deployments | ForEach-Object { "$($_.App) $($_.Status)" } | Sort-Object) | Should -Be @($names | ForEach-Object { "$_ Succeeded" })
            Invoke-Server 'ls /etc/letsencrypt/live' | Should -Be ((@('README') + $certified) -join "`n")
        }

        It 'has the end of each in its journal, and no lock left' {
            foreach ($one in $state) {
                $one.Begun | Should -Be ($deployments | Where-Object { "$($_.App)" -eq $one.Name }).Id
                $one.Ended | Should -Be $one.Begun
                $one.IsFree | Should -BeTrue
                $one.Text | Should -BeNullOrEmpty
            }
        }

        It 'says with each line whose it is' {
            foreach ($one in $said) {
                # Whoever begins is alone for a moment.
                $one.Lines.Count | Should -BeGreaterThan 10
                $one.Lines | Select-Object -Skip 1 | Where-Object { $_ -notlike "$($one.Name) | *" } | Should -BeNullOrEmpty
                $one.Lines[-1] | Should -Match "^$($one.Name) \| 📊 Verify at: https?://$($one.Name)\.remoteds\.us$"
            }
        }
    }

    Context 'in round <Number> with MaxSessions <Limit>, where <Fault> is thrown in' -ForEach $rounds {
        BeforeAll {
            $some = @($apps | Select-Object -First $Count)
            $target = "$($some[$Held])"
            $victim = "$($some[$Stopped])"
            $commit = New-Commit "Round $Number with $Limit" -Branch $branch
            $session = New-DeploySession $Server -SshConfigFile $lab.Config
            $ninth = New-DeploySession web1 -SshConfigFile $lab.Config
            $shells = Get-ShellFolder $session
            $before = @{}
            Get-LockState $names | ForEach-Object { $before[$_.Name] = $_ }

            # One of them stands still in the middle while somebody else wants to deploy it, and while the fault happens.
            Suspend-App $target
            $clock.Restart()
            $running = @($some | ForEach-Object { Start-Deployment $_ $session })
            Wait-Suspended $target
            $refused = Get-Failure { Invoke-AppDeployment $target -Session $ninth }
            $seen = Get-AppDeployment $target -Session $ninth -First 1
            $hit = switch ($Fault) {
                'Ctrl+C' {
                    $null = ($running | Where-Object Name -EQ $victim).Shell.BeginStop($null, $null)
                    $victim
                }
                'a killed shell' { Stop-Shell $shells $Killed }
                'a closed session' {
                    Remove-DeploySession $session
                    $some | ForEach-Object { "$_" }
                }
            }

            Resume-App $target
            $outcomes = @($running | ForEach-Object { Wait-Pipeline $_ })
            $took = $clock.Elapsed.TotalSeconds
            $free = Get-Failure { Wait-FreeLock $names; throw 'free' }
            $freeAfter = $clock.Elapsed.TotalSeconds - $took
            $scratch = Get-Scratch
            $after = @(Get-LockState $names)

            # And all of them once more.
            if ("$($session.State)" -ne 'Open') {
                $session = New-DeploySession $Server -SshConfigFile $lab.Config
            }

            $clock.Restart()
            $running = @($some | ForEach-Object { Start-Deployment $_ $session })
            $again = @($running | ForEach-Object { Wait-Pipeline $_ })
            Write-Host ('{0} updates at once with MaxSessions {1}, {2} thrown in: {3:0.0} s, locks free after {4:0.0} s, once more: {5:0.0} s' -f
                $Count, $Limit, $Fault, $took, $freeAfter, $clock.Elapsed.TotalSeconds)
            $outcomes | ForEach-Object { Write-Host "  $($_.Name): $($_.Status)$($_.ErrorId)" }
            $last = @(Get-LockState $names)
            Remove-DeploySession $session, $ninth
        }

        It 'refuses whoever else deploys one of them' {
            $refused.FullyQualifiedErrorId | Should -BeLike 'DeploymentLocked,*'
            "$refused" | Should -BeLike "$target is being deployed by *, deployment $($seen.Id), now at hook before Bundle)."
            "$($seen.Status)" | Should -Be 'Running'
        }

        It 'ends all of them, well or by what was thrown in' {
            $expected = switch ($Fault) {
                'Ctrl+C' { 'Stopped' }
                'a killed shell' { 'LockLost', 'ConnectionLost' }
                'a closed session' { 'SessionClosed', 'LockLost' }
            }
            foreach ($outcome in $outcomes) {
                if ($outcome.ErrorId) {
                    $outcome.ErrorId | Should -BeIn $expected -Because "$($outcome.Name): $($outcome.Message)"
                }
                else {
                    $outcome.Status | Should -Be 'Succeeded' -Because $outcome.Name
                    $outcome.Result.Commit | Should -Be $commit
                }
            }

            # Whom it hit, and nobody else, but for one whose step ran in the shell that was killed.
            $failed = @($outcomes | Where-Object ErrorId)
            $hit | Where-Object { $_ -notin $failed.Name } | Should -BeNullOrEmpty
            $others = @($failed | Where-Object { $_.Name -notin $hit })
            $others.Count | Should -BeLessOrEqual ([int]($Fault -eq 'a killed shell'))
            $others | Where-Object ErrorId -NE 'ConnectionLost' | Should -BeNullOrEmpty
        }

        It 'lets go of all locks within seconds, and leaves no folder of a plan' {
            "$free" | Should -Be 'free'
            $scratch | Should -BeNullOrEmpty
        }

        It 'has the end of each that came to its end in its journal, and of no other' {
            foreach ($one in $after) {
                $outcome = $outcomes | Where-Object Name -EQ $one.Name
                $one.IsFree | Should -BeTrue
                $new = @($one.Ended | Where-Object { $_ -notin $before[$one.Name].Ended })
                $expected = @(if ($outcome.Result) { $outcome.Result.Id })
                $new -join ' ' | Should -Be ($expected -join ' ') -Because $one.Name
                @($one.Begun).Count | Should -BeLessOrEqual (@($before[$one.Name].Begun).Count + 1)
            }
        }

        It 'deploys all of them the next time' {
            foreach ($outcome in $again) {
                $outcome.Status | Should -BeIn $good -Because "$($outcome.Name): $($outcome.ErrorId) $($outcome.Message)"
                $outcome.Result.Commit | Should -Be $commit
            }

            foreach ($one in $last) {
                $one.IsFree | Should -BeTrue
                $one.Text | Should -BeNullOrEmpty -Because $one.Name
            }
        }
    }

    Context 'some of which are only planned' {
        BeforeAll {
            $commit = New-Commit 'To be planned' -Branch $branch

            # Writes down every folder that a plan has meanwhile.
            $null = Invoke-Server 'rm -f /run/plans; systemd-run --quiet --collect --unit=one-plans bash -c "while :; do ls -d /run/hosting-plan.* >>/run/plans 2>/dev/null; sleep 0.02; done"'
            $running = @(
                Start-Deployment $apps[0] $session @{ WhatIf = $true }
                Start-Deployment $apps[1] $session @{ WhatIf = $true }
                Start-Deployment $apps[2] $session
            )
            $outcomes = @($running | ForEach-Object { Wait-Pipeline $_ })
            $null = Invoke-Server 'systemctl stop one-plans'
            $folders = @((Invoke-Server 'sort -u /run/plans') -split "`n")
        }

        It 'plans these and deploys the others' {
            @($outcomes | ForEach-Object { "$($_.Name) $($_.Status)$($_.ErrorId)" }) | Should -Be 'app1 Planned', 'app2 Planned', 'app3 Succeeded'
            foreach ($plan in $outcomes[0..1]) {
                ($plan.Lines -join "`n") | Should -BeLike "*would export commit $($commit.Substring(0, 7)) of $branch*"
            }

            $outcomes[2].Result.Commit | Should -Be $commit
        }

        It 'gives each plan a folder of its own, and takes it away' {
            $folders.Count | Should -Be 2
            Get-Scratch | Should -BeNullOrEmpty
        }
    }

    Context 'two of which want a certificate at once' {
        BeforeAll {
            function Get-Serial {
                param([string] $Name)

                Invoke-Server "openssl x509 -in /etc/letsencrypt/live/$Name/fullchain.pem -noout -serial"
            }

            $before = 'app1', 'app2' | ForEach-Object { Get-Serial $_ }
            $clients = 'app1', 'app2' | ForEach-Object { Start-Client "(Request-Certificate $_ -Force).Status" }
            $outcomes = @($clients | ForEach-Object { Wait-Client $_ -Seconds 180 })
        }

        It 'gets both of them theirs, from two clients' {
            $outcomes | Where-Object ErrorId | ForEach-Object { "$($_.ErrorId) $($_.Message)" } | Should -BeNullOrEmpty
            $outcomes.Output | Should -Be 'Changed', 'Changed'
            Get-Serial app1 | Should -Not -Be $before[0]
            Get-Serial app2 | Should -Not -Be $before[1]
        }
    }

    Context 'one of which wants a certificate while somebody else''s certbot runs' {
        BeforeAll {
            # Holds what certbot holds while it runs, until it is told to stop.
            $null = Invoke-Server -InputText @'
import fcntl, signal
files = [open(folder + "/.certbot.lock", "w") for folder in ("/etc/letsencrypt", "/var/lib/letsencrypt", "/var/log/letsencrypt")]
for file in files:
    fcntl.lockf(file, fcntl.LOCK_EX)
open("/run/one-certbot", "w").close()
signal.pause()
'@ @'
cat >/run/one-certbot.py
systemd-run --quiet --collect --unit=one-certbot python3 /run/one-certbot.py
'@
            Wait-Server '[ -e /run/one-certbot ]'
            $asking = Start-Pipeline 'app3' { param($App, $Session) Request-Certificate $App -Session $Session -Force } -ArgumentList $apps[2], $session
            $limit = [datetime]::UtcNow.AddSeconds(120)
            while (-not (Get-Said $asking) -and -not $asking.Handle.IsCompleted -and [datetime]::UtcNow -lt $limit) {
                Start-Sleep -Milliseconds 50
            }

            $waiting = @(Get-Said $asking)
            $isWaiting = -not $asking.Handle.IsCompleted
            $null = Invoke-Server 'systemctl stop one-certbot'
            $outcome = Wait-Pipeline $asking
        }

        It 'says so, waits, and gets it' {
            $waiting | Should -BeLike '* | ⏳ Waiting for certbot, which somebody else has started on this server'
            $isWaiting | Should -BeTrue
            $outcome.Status | Should -Be 'Changed' -Because "$($outcome.Message)"
        }
    }

    Context 'of which one is deployed alone' {
        BeforeAll {
            $outcome = Wait-Pipeline (Start-Deployment $apps[0] $session)
        }

        It 'says its lines as always' {
            $outcome.Status | Should -Be 'Succeeded' -Because "$($outcome.Message)"
            $outcome.Lines[0] | Should -Be "🚀 Deploying app1 from branch $branch (setup=False)"
            $outcome.Lines[-1] | Should -Be '📊 Verify at: https://app1.remoteds.us'
            $outcome.Lines | Where-Object { $_ -like '*app1 | *' } | Should -BeNullOrEmpty
        }
    }
}
