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
            $disk = Get-DiskState
            $units = Invoke-Server 'systemctl list-units --all --no-legend --plain "*.service" "*.socket" | cut -d" " -f1 | grep -v ^user | sort'
            Set-Marker
            $run = Invoke-Deployment @{ Setup = $true; WhatIf = $true }
        }

        It 'changes nothing' {
            Get-ChangedFile | Should -BeNullOrEmpty
            Compare-State $disk (Get-DiskState) | Should -BeNullOrEmpty
            Invoke-Server 'systemctl list-units --all --no-legend --plain "*.service" "*.socket" | cut -d" " -f1 | grep -v ^user | sort' | Should -Be $units
        }

        It 'would see a change' {
            $null = Invoke-Server 'touch /etc/hostname; echo x >/etc/new'
            Get-ChangedFile | Should -Be "/etc`n/etc/hostname`n/etc/new"
            Compare-State $disk (Get-DiskState) | Should -Contain "=> $((Get-DiskState) -like '*/etc/new' | Select-Object -First 1)"
            $null = Invoke-Server 'rm /etc/new'
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

            # Something for every step that can have something: a gem less, a migration, styles, a setting, a secret.
            $branch = New-BranchName
            $commit = New-Commit 'Planned only' -Branch $branch @'
cat >db/migrate/20261106000000_add_origin.rb <<'RUBY'
class AddOrigin < ActiveRecord::Migration[6.1]
  def change
    add_column :cigars, :origin, :string
  end
end
RUBY
echo 'body { margin: 0 }' >>app/assets/stylesheets/application.css
sed -i '/bootsnap/d; /msgpack/d' Gemfile Gemfile.lock config/boot.rb
'@

            $folder = New-HostingFolder (Join-Path $TestDrive 'hosting') -Edit @{
                'branch: main' = "branch: $branch`n    aliases: [www.cigars.remoteds.us]"
                'RAILS_LOG_TO_STDOUT: "1"' = "RAILS_LOG_TO_STDOUT: `"1`"`n      SETTING: other"
            }
            Add-Content -LiteralPath (Join-Path $folder 'secrets/cigar.env') 'NEW_SECRET=hush-hush-hush'
            Push-Location $folder
            $disk = Get-DiskState
            Set-Marker
            $run = Invoke-Deployment @{ WhatIf = $true }
            $changed = Get-ChangedFile
            $difference = Compare-State $disk (Get-DiskState)
        }

        AfterAll {
            Pop-Location
            Remove-Branch $branch
        }

        It 'changes nothing, byte for byte' {
            $changed | Should -BeNullOrEmpty
            $difference | Should -BeNullOrEmpty
            $disk.Count | Should -BeGreaterThan 10
            Invoke-Server 'ls -d /run/hosting-plan.* 2>/dev/null || true' | Should -BeNullOrEmpty
            Get-ServedRevision | Should -Be $revision
            (Get-LivePuma).MainPID | Should -Be $puma.MainPID
        }

        It 'tells what would change' {
            "$($run.Result.Status)" | Should -Be 'Planned'
            $told = $run.Lines -join "`n"
            $told | Should -BeLike "*would export commit $($commit.Substring(0, 7)) of $branch*commit $($commit.Substring(0, 7)) Planned only*"
            $told | Should -BeLike '*would migrate 20261106000000 add_origin*'
            $told | Should -BeLike '*would add NEW_SECRET*'
            $told | Should -Not -BeLike '*hush-hush-hush*'
            $told | Should -Match 'the certificate has 8\d days left'
            "$((Get-Step $run.Result 'Secrets').Status)" | Should -Be 'WouldChange'
        }

        It 'shows the gems that go' {
            (Get-Step $run.Result 'Bundle').Diffs -join "`n" | Should -Match '(?m)^-bootsnap '
        }

        It 'says how long it would take' {
            $run.Result.Expected.TotalSeconds | Should -BeGreaterThan 1
            $run.Lines[-1] | Should -Match '^⏱️ About \d+ s, going by the deployments before$'
        }

        It 'shows the difference of the site' {
            (Get-Step $run.Result 'Site').Diffs -join "`n" | Should -Match '(?m)^\+  server_name cigars\.remoteds\.us www\.cigars\.remoteds\.us;$'
        }

        It 'is what then happens, step by step' {
            $really = Invoke-Deployment
            Get-ServedRevision | Should -Be $commit
            foreach ($step in $run.Result.Steps) {
                $expected = "$($step.Status)" -replace '^WouldChange$', 'Changed'
                "$((Get-Step $really.Result "$($step.Step)").Status)" | Should -Be $expected -Because "that was the plan for $($step.Step)"
            }

            (Get-Step $really.Result 'Migrate').Changes | Should -Be 'migrate 20261106000000 AddOrigin'
        }

        It 'has nothing to tell after that' {
            $after = Invoke-Deployment @{ WhatIf = $true }
            @($after.Result.Steps | Where-Object { "$($_.Status)" -ne 'Unchanged' }) | Should -BeNullOrEmpty
        }
    }

    Context 'of what is bound to fail' {
        BeforeAll {
            Restore-DeployedServer
            $branch = New-BranchName
            $null = New-Commit 'Not to be' -Branch $branch 'git rm -q config.ru'
        }

        AfterAll {
            Remove-Branch $branch
        }

        It 'fails as the deployment does, and changes nothing: <Because>' -ForEach @(
            # systemctl waits for the units that it is told of, and postgresql is none but a name for all clusters.
            @{ Because = 'PostgreSQL is down'; ErrorId = 'PostgresNotRunning'; Break = 'systemctl stop postgresql "postgresql@*"'; Mend = 'systemctl start postgresql'; Parameter = @{ Setup = $true } }
            @{ Because = 'nginx is broken elsewhere'; ErrorId = 'NginxConfigBroken'; Break = 'echo nonsense >/etc/nginx/sites-enabled/other'; Mend = 'rm /etc/nginx/sites-enabled/other'; Parameter = @{ Force = $true; Only = 'Nginx' } }
            @{ Because = 'the Git server is away'; ErrorId = 'GitHostUnreachable'; Break = 'cp /etc/hosts /root/hosts; sed -i s/git.sandbox.test// /etc/hosts'; Mend = 'cat /root/hosts >/etc/hosts; rm /root/hosts'; Parameter = @{} }
            @{ Because = 'a file is missing in the commit'; ErrorId = 'NotARailsApp'; Break = 'true'; Mend = 'true'; Parameter = @{ Branch = 'theirs' } }
        ) {
            if ($Parameter.ContainsKey('Branch')) {
                $Parameter.Branch = $branch
            }

            $null = Invoke-Server $Break
            try {
                $disk = Get-DiskState
                $planned = Get-Failure { Invoke-AppDeployment cigar -WhatIf @Parameter }
                Compare-State $disk (Get-DiskState) | Should -BeNullOrEmpty
                $real = Get-Failure { Invoke-AppDeployment cigar @Parameter }
            }
            finally {
                $null = Invoke-Server $Mend
            }

            $planned.FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
            $real.FullyQualifiedErrorId | Should -Be $planned.FullyQualifiedErrorId
            "$($real.TargetObject)" | Should -Be "$($planned.TargetObject)"
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
