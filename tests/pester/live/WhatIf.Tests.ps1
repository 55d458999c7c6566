# Proves: -WhatIf tells what a deployment or a step would do and changes nothing on the server, before the first deployment
# and before an update.

BeforeDiscovery {
    $cmdlets = 'New-AppDirectory', 'New-PgUser', 'Invoke-RemoteGitClone', 'Install-AppBundle', 'Publish-SystemdUnit', 'Sync-Secrets',
        'New-AppDatabase', 'Update-AppDatabase', 'Build-AppAsset', 'Publish-NginxSite', 'Request-Certificate', 'Restart-NginxService', 'Start-PumaService'
}

Describe 'A deployment with -WhatIf' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Push-Location $Client
    }

    AfterAll {
        Pop-Location
    }

    Context 'of a fresh server' {
        BeforeAll {
            Reset-Server
            $users = Invoke-Server 'sha256sum /etc/passwd /etc/group'
            $roles = Invoke-Server 'runuser -u postgres -- psql -XAtqc "SELECT rolname FROM pg_roles UNION SELECT datname FROM pg_database ORDER BY 1"'
            $units = Invoke-Server 'systemctl list-units --all --no-legend --plain "*.service" "*.socket" | cut -d" " -f1 | grep -v ^user | sort'
            Set-Marker
            $run = Invoke-Deployment @{ Setup = $true; WhatIf = $true }
        }

        It 'changes nothing' {
            Get-ChangedFile | Should -BeNullOrEmpty
            Invoke-Server 'sha256sum /etc/passwd /etc/group' | Should -Be $users
            Invoke-Server 'runuser -u postgres -- psql -XAtqc "SELECT rolname FROM pg_roles UNION SELECT datname FROM pg_database ORDER BY 1"' | Should -Be $roles
            Invoke-Server 'systemctl list-units --all --no-legend --plain "*.service" "*.socket" | cut -d" " -f1 | grep -v ^user | sort' | Should -Be $units
        }

        It 'would see a change' {
            $null = Invoke-Server 'touch /etc/hostname'
            Get-ChangedFile | Should -Be '/etc/hostname'
            Set-Marker
        }

        It 'gives back a plan' {
            "$($run.Result.Status)" | Should -Be 'Planned'
            @($run.Result.Steps | Where-Object { "$($_.Status)" -eq 'Changed' }) | Should -BeNullOrEmpty
            "$((Get-Step $run.Result 'Directory').Status)" | Should -Be 'WouldChange'
            $run.Lines -join "`n" | Should -BeLike '*would create the system user cigar*'
            $run.Lines -join "`n" | Should -BeLike '*would create the PostgreSQL role cigar_management_system_production*'
        }

        It 'tells no secret' {
            $told = $run.Lines -join "`n"
            foreach ($secret in Get-Secret) {
                $told.Contains($secret) | Should -BeFalse
            }
        }
    }

    Context 'of an update' {
        BeforeAll {
            Restore-DeployedServer
            $revision = Get-ServedRevision
            $puma = Get-LivePuma
            $commit = New-Commit 'Planned only'

            # A site that is to change too, so that there is a difference to show.
            $folder = New-HostingFolder (Join-Path $TestDrive 'hosting') -Edit @{ 'branch: main' = "branch: main`n    aliases: [www.cigars.remoteds.us]" }
            Push-Location $folder
            Set-Marker
            $run = Invoke-Deployment @{ WhatIf = $true }
            $changed = Get-ChangedFile
        }

        AfterAll {
            Pop-Location
        }

        It 'changes nothing' {
            $changed | Should -BeNullOrEmpty
            Get-ServedRevision | Should -Be $revision
            (Get-LivePuma).MainPID | Should -Be $puma.MainPID
        }

        It 'tells the commit and what would change' {
            "$($run.Result.Status)" | Should -Be 'Planned'
            $run.Lines -join "`n" | Should -BeLike "*would export commit $($commit.Substring(0, 7)) of main*"
            "$((Get-Step $run.Result 'Clone').Status)" | Should -Be 'WouldChange'
            "$((Get-Step $run.Result 'Site').Status)" | Should -Be 'WouldChange'
            "$((Get-Step $run.Result 'Start').Status)" | Should -Be 'WouldChange'
            "$((Get-Step $run.Result 'Secrets').Status)" | Should -Be 'Unchanged'
        }

        It 'shows the difference of the site' {
            (Get-Step $run.Result 'Site').Diffs -join "`n" | Should -Match '(?m)^\+  server_name cigars\.remoteds\.us www\.cigars\.remoteds\.us;$'
        }

        It 'left no change out' {
            # What depends on the release that is still to be made may turn out to be nothing; nothing may turn out to be something.
            $really = Invoke-Deployment
            Get-ServedRevision | Should -Be $commit
            foreach ($step in $run.Result.Steps) {
                $status = "$((Get-Step $really.Result "$($step.Step)").Status)"
                if ("$($step.Status)" -eq 'Unchanged') {
                    $status | Should -Be 'Unchanged' -Because "$($step.Step) was not planned"
                }
                elseif ("$($step.Step)" -in 'Clone', 'Site', 'Start') {
                    $status | Should -Be 'Changed' -Because "$($step.Step) was planned"
                }
            }
        }
    }

    Context 'of <_> alone' -ForEach $cmdlets {
        BeforeAll {
            Set-Marker
            $result = & $_ cigar -WhatIf
            $forced = & $_ cigar -WhatIf -Force
        }

        It 'changes nothing' {
            Get-ChangedFile | Should -BeNullOrEmpty
            $result.GetType().FullName | Should -Be 'HostingDeploy.StepResult'
            "$($result.Status)" | Should -Not -Be 'Changed'
            "$($forced.Status)" | Should -Not -Be 'Changed'
        }
    }
}
