# Proves: of two deployments that begin at the same instant one deploys and the other is told by whom, from where, since when and
# how far; -WaitForLock waits; and Lock-AppDeployment holds deployments back, through a reboot, until somebody unlocks.

Describe 'The lock of deployments' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Clients.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        $branch = New-BranchName
        $commit = New-Commit 'Two at once' -Branch $branch
        $me = "$([Environment]::UserName)@$([Environment]::MachineName)"

        # It keeps the lock until it is let go.
        $hooks = "branch: $branch`n    hooks: [{ before: Bundle, run: 'while [ -e log/wait ]; do sleep 0.05; done' }]"
        Push-Location (New-HostingFolder (Join-Path $TestDrive 'hosting') -Edit @{ 'branch: main' = $hooks })
        $hold = 'touch /var/www/cigar/shared/log/wait'
        $release = 'rm -f /var/www/cigar/shared/log/wait'
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    Context 'that two clients want at the same instant' {
        BeforeAll {
            $before = @(Get-AppRelease cigar).Count
            $null = Invoke-Server $hold
            $clients = foreach ($i in 1..2) { Start-Client 'Invoke-AppDeployment cigar' }

            # Whoever lost has ended long before the other may go on.
            $limit = [datetime]::UtcNow.AddSeconds(30)
            while (@($clients | Where-Object { $_.Process.HasExited }).Count -eq 0 -and [datetime]::UtcNow -lt $limit) {
                Start-Sleep -Milliseconds 50
            }

            $running = Get-AppDeployment cigar -First 1
            Wait-Server 'grep -q "^hook before Bundle" /var/lib/hosting/cigar/lock'
            $third = Get-Failure { Invoke-AppDeployment cigar }
            $resuming = Get-Failure { Invoke-AppDeployment cigar -Resume }
            $removal = Get-Failure { Remove-AppDeployment cigar -Confirm:$false -WarningAction SilentlyContinue }
            $waiting = Start-Client 'Invoke-AppDeployment cigar -WaitForLock 60'
            Wait-Server '[ $(pgrep -fc "^sshd: root@notty") -ge 3 ]'
            $resumingLater = Start-Client 'Invoke-AppDeployment cigar -Resume -WaitForLock 60'
            Wait-Server '[ $(pgrep -fc "^sshd: root@notty") -ge 4 ]'
            $later = New-Commit 'For the one that waits' -Branch $branch
            $null = Invoke-Server $release
            $outcomes = @($clients | ForEach-Object { Wait-Client $_ })
            $won = @($outcomes | Where-Object { $null -eq $_.ErrorId })
            $lost = @($outcomes | Where-Object { $null -ne $_.ErrorId })
            $waited = Wait-Client $waiting
            $resumed = Wait-Client $resumingLater
            $records = @(Get-AppDeployment cigar -First 3)
        }

        It 'goes to one of them' {
            $won.Count | Should -Be 1
            $lost.Count | Should -Be 1
            $won[0].Output | Should -BeLike "cigar Succeeded (*-$($commit.Substring(0, 7)))"
            @(Get-AppRelease cigar).Count | Should -Be ($before + 2) -Because 'the one that waited made the other'
        }

        It 'is told to the other: who, from where, since when, how far' {
            $lost[0].ErrorId | Should -BeLike 'DeploymentLocked,*'
            $lost[0].Message | Should -Match ([regex]::Escape("cigar is being deployed by $me since ") + '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(branch ' + $branch + ', deployment \d{8}-\d{6}-[0-9a-f]{4}')
            $third.FullyQualifiedErrorId | Should -BeLike 'DeploymentLocked,*'
            "$($third.CategoryInfo.Category)" | Should -Be 'ResourceBusy'
            "$third" | Should -BeLike "*by $me since * (branch $branch, deployment $($running.Id), now at hook before Bundle)."
            $third.ErrorDetails.RecommendedAction | Should -BeLike '*-WaitForLock*'
            "$($running.Status)" | Should -Be 'Running'
        }

        It 'is no deployment to go on with, while it is held and after' {
            $resuming.FullyQualifiedErrorId | Should -BeLike 'DeploymentLocked,*'
            "$resuming" | Should -BeLike "*by $me since * (branch $branch, deployment $($running.Id), now at hook before Bundle)."
            $resumed.ErrorId | Should -BeLike 'NothingToResume,*'
        }

        It 'keeps the app from being removed' {
            $removal.FullyQualifiedErrorId | Should -BeLike 'DeploymentLocked,*'
        }

        It 'is waited for with -WaitForLock' {
            $waited.ErrorId | Should -BeNullOrEmpty
            $waited.Output | Should -BeLike "cigar Succeeded (*-$($later.Substring(0, 7)))"
            Get-ServedRevision | Should -Be $later
            @($records | Select-Object -First 2 | ForEach-Object { "$($_.Status)" }) | Should -Be 'Succeeded', 'Succeeded'
            $records[1].Id | Should -Be $running.Id
        }
    }

    Context 'held by a client that is killed' {
        BeforeAll {
            $null = Invoke-Server $hold
            $client = Start-Client 'Invoke-AppDeployment cigar'
            Wait-Server 'grep -q "^hook before Bundle" /var/lib/hosting/cigar/lock'
            $client.Process.Kill()
            $null = Invoke-Server $release
            $after = Invoke-Deployment @{ WaitForLock = 30 }
        }

        It 'is free again' {
            "$($after.Result.Status)" | Should -Be 'Unchanged'
            "$((Get-AppDeployment cigar -First 2)[1].Status)" | Should -BeIn 'Interrupted', 'Failed'
        }
    }

    Context 'by a person' {
        BeforeAll {
            Set-Marker
            Lock-AppDeployment cigar 'Database maintenance until noon' -WhatIf
            $planned = Get-ChangedFile
            Lock-AppDeployment cigar 'Database maintenance until noon'
            $served = Get-Page '/up'
            $failures = @(
                Get-Failure { Invoke-AppDeployment cigar }
                Get-Failure { Undo-AppDeployment cigar -Confirm:$false }
                Get-Failure { Remove-AppDeployment cigar -Confirm:$false -WarningAction SilentlyContinue }
            )
            $null = Invoke-Sandbox reboot web1
            $afterReboot = Get-Failure { Invoke-AppDeployment cigar }
            Set-Marker
            Lock-AppDeployment cigar 'Database maintenance until noon'
            $again = Get-ChangedFile
            $step = Sync-Secrets cigar
            $waiting = Start-Client 'Invoke-AppDeployment cigar -WaitForLock 60'
            Wait-Server '[ $(pgrep -fc "^sshd: root@notty") -ge 2 ]'
            Start-Sleep -Milliseconds 500
            Unlock-AppDeployment cigar
            $waited = Wait-Client $waiting
            Set-Marker
            Unlock-AppDeployment cigar
            $unlocked = Get-ChangedFile
        }

        It 'holds back deployments, rollbacks and removal, with the message, who left it and when' {
            foreach ($failure in $failures + $afterReboot) {
                $failure.FullyQualifiedErrorId | Should -BeLike 'DeploymentLocked,*'
                "$failure" | Should -Match ([regex]::Escape("Deployments of cigar are locked: Database maintenance until noon ($me, ") + '20\d\d-\d\d-\d\d \d\d:\d\d UTC\)')
                $failure.ErrorDetails.RecommendedAction | Should -BeLike 'Unlock-AppDeployment cigar*'
            }
        }

        It 'lets the app serve, and steps alone go on' {
            $served | Should -Be 'OK'
            "$($step.Status)" | Should -Be 'Unchanged'
            Get-ServedRevision | Should -Be (Get-BranchHead $branch)
        }

        It 'changes nothing with -WhatIf, when it is locked already, or unlocked' {
            $planned | Should -BeNullOrEmpty
            $again | Should -BeNullOrEmpty
            $unlocked | Should -BeNullOrEmpty
        }

        It 'lets go whoever waited once it is unlocked' {
            $waited.ErrorId | Should -BeNullOrEmpty
            $waited.Output | Should -BeLike 'cigar Unchanged (*)'
        }
    }
}
