# Proves: an update serves the new commit and keeps HTTPS, and an update with nothing new touches nothing (H1 H6 H17 H23 H25).

Describe 'The update of a deployed app' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        Push-Location $Client

        $before = @{ Revision = Get-ServedRevision; Puma = Get-LivePuma; Certificate = Invoke-Server 'sha256sum /etc/letsencrypt/live/cigar/fullchain.pem' }
        $commit = New-Commit 'Another cigar'
        $update = Invoke-Deployment
        $after = @{ Revision = Get-ServedRevision; Puma = Get-LivePuma; Certificate = Invoke-Server 'sha256sum /etc/letsencrypt/live/cigar/fullchain.pem' }

        # The old Puma finishes what it was asked before it ends.
        $null = Invoke-Server "for i in {1..300}; do systemctl is-active --quiet puma-cigar@$($before.Puma.Slot) || exit 0; sleep 0.1; done; exit 1"
        Set-Marker
        $nothing = Invoke-Deployment
        $changed = Get-ChangedFile
    }

    AfterAll {
        Pop-Location
    }

    Context 'with a new commit' {
        It 'serves the new commit in place of the old one' {
            $before.Revision | Should -Not -Be $commit
            $after.Revision | Should -Be $commit
            Get-Page | Should -BeLike "*$commit*"
        }

        It 'tells which release of which commit serves now' {
            "$($update.Result.Status)" | Should -Be 'Succeeded'
            $update.Result.Commit | Should -Be $commit
            $update.Result.Release | Should -BeLike "*-$($commit.Substring(0, 7))"
            $update.Result.Setup | Should -BeFalse
            $update.Lines[0] | Should -Be '🚀 Deploying Cigar Management System from branch main (setup=False)'
            $update.Lines | Should -Contain "✅ Repository updated ($($commit.Substring(0, 7)))"
            $update.Lines[-1] | Should -Be "📊 Verify at: https://$Domain"
        }

        It 'does what the commit asks for and nothing else' {
            @($update.Result.Steps | Where-Object { "$($_.Status)" -eq 'Changed' } | ForEach-Object { "$($_.Step)" }) -join ' ' | Should -Be 'Clone Start'
            @($update.Result.Steps | ForEach-Object { "$($_.Step)" }) -join ' ' |
                Should -Be 'Directory Clone Bundle Unit Secrets Migrate Assets Site Nginx Start Verify'
        }

        It 'hands over to a new Puma and leaves one running' {
            $after.Puma.MainPID | Should -Not -Be $before.Puma.MainPID
            $after.Puma.Slot | Should -Not -Be $before.Puma.Slot
            Invoke-Server 'systemctl list-units --state=active --no-legend --plain "puma-cigar@*.service" | cut -d" " -f1' | Should -Be "puma-cigar@$($after.Puma.Slot).service"
            Invoke-Server 'ls /etc/systemd/system/*.wants | grep puma-cigar | sort' |
                Should -Be "puma-cigar@$($after.Puma.Slot).service`npuma-cigar@$($after.Puma.Slot).socket" -Because 'a reboot has to bring up this one alone'
        }

        It 'keeps HTTPS with the certificate there is' {
            $after.Certificate | Should -Be $before.Certificate
            Get-Page '/up' | Should -Be 'OK'
            Invoke-Server 'nginx -T 2>/dev/null | grep -c "ssl_certificate /etc/letsencrypt/live/cigar/fullchain.pem;"' | Should -Be '1'
        }

        It 'keeps the data and serves the styles' {
            $page = Get-Page
            $page | Should -BeLike '*<li>Corona</li>*<li>Robusto</li>*<li>Churchill</li>*'
            $page -match 'href="(?<path>/assets/application-[0-9a-f]+\.css)"' | Should -BeTrue
            Get-Page $Matches['path'] -Option '--output', '/dev/null', '--write-out', '%{http_code}' | Should -Be '200'
        }

        It 'keeps the release before for a rollback' {
            Invoke-Server 'cat /var/www/cigar/releases/*/REVISION | sort' | Should -Be (@($before.Revision, $commit | Sort-Object) -join "`n")
        }
    }

    Context 'with nothing new' {
        It 'leaves every step unchanged' {
            $nothing.Result.Steps.Count | Should -BeGreaterThan 10
            foreach ($step in $nothing.Result.Steps) {
                "$($step.Status)" | Should -Be 'Unchanged' -Because "$($step.Step) has nothing to do"
                $step.Changes | Should -BeNullOrEmpty
            }
        }

        It 'says so' {
            "$($nothing.Result.Status)" | Should -Be 'Unchanged'
            $nothing.Result.Commit | Should -Be $commit
            $nothing.Result.Release | Should -Be $update.Result.Release
            $nothing.Lines | Should -Contain '🎉 Cigar Management System is up to date, nothing was changed!'
        }

        It 'leaves the same Puma running since the same moment' {
            $now = Get-LivePuma
            $now.MainPID | Should -Be $after.Puma.MainPID
            $now.ExecMainStartTimestampMonotonic | Should -Be $after.Puma.ExecMainStartTimestampMonotonic
            $now.Slot | Should -Be $after.Puma.Slot
        }

        It 'writes nothing on the server but its own lock and journal, and what git fetch notes' {
            $changed -split "`n" | Should -Contain '/var/lib/hosting/cigar/lock' -Because 'what is written is found'
            $noted = '/var/lib/hosting/cigar', '/var/lib/hosting/cigar/journal.jsonl', '/var/lib/hosting/cigar/lock', '/var/www/cigar/repo', '/var/www/cigar/repo/FETCH_HEAD'
            $changed -split "`n" | Where-Object { $_ -notin $noted } | Should -BeNullOrEmpty
        }

        It 'costs one round trip a step, and one each to take and leave the lock' {
            # A step that takes long on a busy machine is met by a sign of life, which nobody waits for.
            $signs = [Math]::Floor($nothing.Result.Duration.TotalSeconds / 4)
            $nothing.Result.RoundTrips | Should -BeIn (($nothing.Result.Steps.Count + 2)..($nothing.Result.Steps.Count + 2 + $signs))
            $nothing.Result.Statistics.Steps | Should -Be ($nothing.Result.Steps.Count + 1)
            $nothing.Result.Statistics.BytesSent | Should -BeGreaterThan 10000
        }
    }

    Context 'after a reboot of the server' {
        BeforeAll {
            $null = Invoke-Sandbox reboot web1
        }

        It 'serves the same release by itself' {
            Get-ServedRevision | Should -Be $commit
            Get-Page | Should -BeLike '*<li>Corona</li>*'
        }

        It 'has nothing to do in another update' {
            $again = Invoke-Deployment
            "$($again.Result.Status)" | Should -Be 'Unchanged'
            (Get-LivePuma).Slot | Should -Be $after.Puma.Slot
        }
    }
}
