# Proves: whatever breaks a session, while it connects, in a step, in long work, or while nobody uses it: it is noticed within
# twenty seconds, is one error that says what was cut off and what to run, holds nobody up, and leaves neither a process nor
# the lock behind on the server. Long work goes on, and the same command takes it over.

BeforeDiscovery {
    $faults = @(
        @{ Fault = 'the process that serves it is killed'; Job = 'bundle'; Name = 'Bundle'; Number = 4; Cmdlet = 'Install-AppBundle'
            Break = { $null = Invoke-Server "kill -KILL `$($ServingProcesses); systemctl kill -s KILL --kill-whom=main ssh" }
        }
        @{ Fault = 'the line is cut without a word'; Job = 'rake'; Name = 'Migrate'; Number = 8; Cmdlet = 'Update-AppDatabase'
            Break = { $null = Invoke-Sandbox cut web1 }; Mend = { $null = Invoke-Sandbox mend web1 }
        }
        @{ Fault = 'the process that serves it stands still'; Job = 'rake'; Name = 'Assets'; Number = 9; Cmdlet = 'Build-AppAsset'
            Break = { $null = Invoke-Server "pids=`$($ServingProcesses); echo `$pids >/run/fault-stopped; kill -STOP `$pids" }
            Mend = { $null = Invoke-Server 'kill -CONT $(cat /run/fault-stopped)' }
        }
        @{ Fault = 'the server is rebooted'; Job = 'bundle'; Name = 'Bundle'; Number = 4; Cmdlet = 'Install-AppBundle'; Rebooted = $true
            Break = { $null = Invoke-Sandbox reboot web1 }
        }
    )
}

BeforeAll {
    . "$PSScriptRoot/Live.ps1"
    . "$PSScriptRoot/SessionFaults.ps1"
    Import-BuiltModule
    Restore-DeployedServer
    Push-Location $Client
}

AfterAll {
    Pop-Location
}

Describe 'A session, when <Fault>' -Tag Live -ForEach $faults {
    BeforeAll {
        $mending = if ($Mend) { $Mend } else { {} }
        $outcome = Invoke-Fault -Job $Job -Step $Name -Break $Break -Mend $mending -Rebooted:([bool]$Rebooted)
    }

    It 'ends a step with one error that says what to run' {
        $outcome.step.at - $outcome.Moment | Should -BeLessOrEqual 20
        $outcome.step.errors | Should -HaveCount 1
        $outcome.step.errors[0].id | Should -BeLike 'ConnectionLost,*'
        $outcome.step.errors[0].message | Should -BeLike 'The connection to *web1 was lost: *'
        $outcome.step.errors[0].action | Should -BeLike '*not run again on its own*New-DeploySession web1*'
        $outcome.step.state | Should -Be 'Lost'
    }

    It 'ends a deployment with one error that names the step and what to run' {
        $outcome.work.at - $outcome.Moment | Should -BeLessOrEqual 20
        $outcome.work.errors | Should -HaveCount 1
        $outcome.work.errors[0].id | Should -BeLike 'ConnectionLost,*'
        $outcome.work.errors[0].message | Should -BeLike "Step $Number ($Name) of cigar was cut off: The connection to *web1 was lost: *"
        $outcome.work.errors[0].action | Should -BeLike "$Cmdlet cigar: *Invoke-AppDeployment cigar*"
    }

    It 'ends connecting with one error' {
        $outcome.connect.at - $outcome.Moment | Should -BeLessOrEqual 20
        $outcome.connect.errors | Should -HaveCount 1
        $outcome.connect.errors[0].id | Should -BeLike 'HostUnreachable,*'
    }

    It 'is known to be lost also where nobody uses it' {
        $outcome.idle.at - $outcome.Moment | Should -BeLessOrEqual 20
        $outcome.idle.state | Should -Be 'Lost'
    }

    It 'is closed at once' {
        foreach ($part in $outcome.step, $outcome.work, $outcome.idle) {
            $part.closing | Should -BeLessThan 1
        }
    }

    It 'leaves no process and no lock on the server' {
        if (-not $Rebooted) {
            $outcome.Watch.gone - $outcome.Moment | Should -BeLessOrEqual 20
            $outcome.Watch.free - $outcome.Moment | Should -BeLessOrEqual 20
        }

        Invoke-Server 'pgrep -fc "^sleep 900" || true' | Should -Be '0'
        Invoke-Server $ShellCgroups | Should -BeNullOrEmpty
    }

    It 'goes on with the work when the same is run again' {
        "$($outcome.Again.Status)" | Should -BeIn 'Succeeded', 'Unchanged'
        if ($Rebooted) {
            # Its job went with the server.
            Get-JobCount $Job | Should -Be 1
        }
        else {
            "$((Get-Step $outcome.Again $Name).Notes)" | Should -Match 'attached to the work that was still running|took over the result of work'
            Get-JobCount $Job | Should -Be ($outcome.Started + 1)
        }
    }
}

Describe 'A client that is killed' -Tag Live {
    BeforeAll {
        $outcome = Invoke-Fault -Job 'rake' -Step 'Assets' -Break {} -Killed
    }

    It 'leaves no process and no lock on the server' {
        $outcome.Watch.gone - $outcome.Moment | Should -BeLessOrEqual 20
        $outcome.Watch.free - $outcome.Moment | Should -BeLessOrEqual 20
        Invoke-Server 'pgrep -fc "^sleep 900" || true' | Should -Be '0'
        Invoke-Server $ShellCgroups | Should -BeNullOrEmpty
    }

    It 'finds its work again' {
        "$($outcome.Again.Status)" | Should -BeIn 'Succeeded', 'Unchanged'
        "$((Get-Step $outcome.Again 'Assets').Notes)" | Should -Match 'attached to the work that was still running|took over the result of work'
        Get-JobCount 'rake' | Should -Be ($outcome.Started + 1)
    }
}

Describe 'A deployment that is given up <When>' -Tag Live -ForEach @(
    @{ When = 'in the middle of long work'; Cut = $false; Fate = 'ends'; Condition = '! systemctl is-active --quiet hosting-cigar.rake.service' }
    @{ When = 'while the line is dead'; Cut = $true; Fate = 'leaves'; Condition = 'systemctl is-active --quiet hosting-cigar.rake.service' }
) {
    BeforeAll {
        Suspend-Job 'rake'
        $running = Start-Pipeline 'Invoke-AppDeployment cigar -Only Assets -Force'
        Wait-Server '! systemctl is-active --quiet fault-arm'
        if ($Cut) {
            $null = Invoke-Sandbox cut web1
        }

        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $running.Shell.Stop()
        $prompt = $clock.Elapsed.TotalSeconds
        if ($Cut) {
            $null = Invoke-Sandbox mend web1
        }
    }

    AfterAll {
        $running.Shell.Dispose()
    }

    It 'gives the prompt back within a second' {
        $prompt | Should -BeLessThan 1
    }

    It 'leaves no process and no lock on the server' {
        { Wait-Server "[ -z `"`$($ShellCgroups)`" ] && flock --nonblock /var/lib/hosting/cigar/lock true" } | Should -Not -Throw
    }

    It '<Fate> the job' {
        # With the line dead, giving up cannot be told apart from losing the connection, which must not end it.
        { Wait-Server $Condition } | Should -Not -Throw
        Resume-Job 'rake'
    }

    It 'is done when it is run again' {
        "$((Invoke-Deployment @{ Only = 'Assets' }).Result.Status)" | Should -BeIn 'Succeeded', 'Unchanged'
    }
}

Describe 'A session whose server is alive' -Tag Live {
    It 'is not given up for a shell that is busy with itself for longer than a dead link is waited for' {
        # The lock is taken by the shell itself, which asks systemd; and systemd can be slow.
        $null = Invoke-Server @'
printf '%s\n' '#!/bin/sh' 'case "$*" in "stop hosting.cigar."*) sleep 20 ;; esac' 'exec /usr/bin/systemctl "$@"' >/usr/local/bin/systemctl
chmod 755 /usr/local/bin/systemctl
'@
        $session = New-DeploySession web1
        try {
            (Invoke-AppDeployment cigar -Session $session -Only Site).Status | Should -Be 'Unchanged'
            $session.State | Should -Be 'Open'
        }
        finally {
            Remove-DeploySession $session
            $null = Invoke-Server 'rm /usr/local/bin/systemctl'
        }
    }

    It 'is open still when shells of it were killed that nobody used, and the next step does not notice' {
        $session = New-DeploySession web1
        try {
            $shell = Invoke-RemoteCommand -Session $session -Sudo 'echo $$'
            $null = Invoke-Server "kill -KILL $shell"
            Wait-Server "! kill -0 $shell"
            Invoke-RemoteCommand -Session $session 'echo next' | Should -Be 'next'
            $session.State | Should -Be 'Open'
        }
        finally {
            Remove-DeploySession $session
        }
    }

    It 'leaves no thread behind when it is closed' {
        $threads = { @(Get-ChildItem "/proc/$PID/task" | Where-Object { "$(Get-Content -Raw "$_/comm" -ErrorAction Ignore)" -like 'HostingDeploy*' }).Count }
        $before = & $threads
        foreach ($try in 1..12) {
            $session = New-DeploySession web1
            (& $threads) | Should -BeGreaterThan $before
            Remove-DeploySession $session
        }

        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while ((& $threads) -gt $before -and $clock.Elapsed.TotalSeconds -lt 10) {
            Start-Sleep -Milliseconds 100
        }

        & $threads | Should -Be $before
    }
}
