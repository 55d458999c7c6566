# Proves: a first deployment whose client is killed (SIGKILL) after any step, or in the middle of any long one, goes on when the
# same command is run again, does nothing twice that must not be done twice, and completes.

BeforeDiscovery {
    # In the order of the deployment: each run takes over from the one killed before it and gets one step further. A job that
    # is armed is frozen by the server as soon as it runs, so that the client surely dies in the middle of it.
    $deaths = @(
        @{ Moment = 'after Directory'; Line = '👤 Step 2: *' }
        @{ Moment = 'after PgUser'; Line = '✅ User *' }
        @{ Moment = 'in the middle of Clone'; Line = '📦 Step 3: *' }
        @{ Moment = 'after Clone'; Line = '✅ Repository *'; Arm = 'bundle' }
        @{ Moment = 'in the middle of Bundle'; Line = '💎 Step 4: *'; Job = 'bundle' }
        @{ Moment = 'after Bundle'; Line = '✅ Bundle install complete *' }
        @{ Moment = 'after Unit'; Line = '✅ Systemd service file *' }
        @{ Moment = 'after Secrets'; Line = '✅ Secrets *' }
        @{ Moment = 'after CreateDatabase'; Line = '✅ Database *'; Arm = 'migrate' }
        @{ Moment = 'in the middle of Migrate'; Line = '🔄 Step 8: *'; Job = 'migrate' }
        @{ Moment = 'after Migrate'; Line = '✅ * pending', '✅ Migrations complete'; Arm = 'assets' }
        @{ Moment = 'in the middle of Assets'; Line = '🎨 Step 9: *'; Job = 'assets' }
        @{ Moment = 'after Assets'; Line = '✅ Assets *' }
        @{ Moment = 'after Site'; Line = '✅ Nginx config *' }
        @{ Moment = 'in the middle of Certificate'; Line = '🔒 Step 11: *'; Until = 'pgrep -x certbot' }
        @{ Moment = 'after Certificate'; Line = '✅ SSL certificate *' }
        @{ Moment = 'after Nginx'; Line = '✅ Nginx restarted', '✅ Nginx has it already' }
        @{ Moment = 'in the middle of Start'; Line = '🚦 Step 13: *'; Until = 'systemctl is-active puma-cigar@a.service' }
        @{ Moment = 'after Start'; Line = '✅ Puma service *' }
        @{ Moment = 'at its last word'; Line = '📊 Verify at: *' }
    )
}

Describe 'A first deployment whose client is killed' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Reset-Server
        Push-Location $Client
        $commit = Get-BranchHead
    }

    AfterAll {
        Pop-Location
    }

    It 'goes on after one that died <Moment>' -ForEach $deaths {
        if ($Arm) {
            $null = Invoke-Server "systemd-run --quiet --unit=freeze-$Arm bash -c 'until systemctl freeze hosting-cigar.$Arm.service; do sleep 0.02; done'"
        }

        $condition = if ($Job) { "systemctl show -p FreezerState --value hosting-cigar.$Job.service | grep -qx frozen" } else { $Until }
        $then = if ($condition) { "timeout 30 bash -c 'until $condition; do sleep 0.02; done'" }
        $said = Stop-DeploymentAt -Line $Line -Arguments '-Setup' -Then $then
        $said[0] | Should -Be '🚀 Deploying Cigar Management System from branch main (setup=True)'
        if ($Job) {
            # What served the client on the server is gone, and only the login that asks is left; the job is there.
            $null = Invoke-Server 'for i in {1..100}; do [ "$(pgrep -fc "^sshd: root@notty")" -gt 1 ] || exit 0; sleep 0.1; done; exit 1'
            Invoke-Server "systemctl show -p SubState --value hosting-cigar.$Job.service; systemctl thaw hosting-cigar.$Job.service" | Should -Be 'running'
        }
    }

    Context 'and is run to its end' {
        BeforeAll {
            $run = Invoke-Deployment @{ Setup = $true }
        }

        It 'completes' {
            "$($run.Result.Status)" | Should -BeIn 'Succeeded', 'Unchanged'
            $run.Lines[-1] | Should -Be "📊 Verify at: https://$Domain"
            $run.Result.Commit | Should -Be $commit
        }

        It 'serves the app over HTTPS' {
            Get-ServedRevision | Should -Be $commit
            Get-Page | Should -BeLike '*<li>Corona</li>*<li>Robusto</li>*<li>Churchill</li>*'
        }

        It 'did the long work of <_> once' -ForEach 'bundle', 'migrate', 'assets' {
            Get-JobCount $_ | Should -Be 1
        }

        It 'did the data once' {
            Invoke-Server "runuser -u postgres -- psql -XAtqd cigar_management_system_production -c 'SELECT count(*) FROM cigars' -c 'SELECT version FROM schema_migrations ORDER BY 1'" |
                Should -Be "3`n20251031000001"
        }

        It 'left one release, one Puma and nothing half-done' {
            Invoke-Server 'find /var/www/cigar/releases -mindepth 1 -maxdepth 1 -printf "%f\n"' | Should -Be $run.Result.Release
            Invoke-Server 'systemctl list-units --state=active --no-legend --plain "puma-cigar@*.service" | wc -l' | Should -Be '1'
            Invoke-Server 'systemctl list-units --all --no-legend --plain "hosting-*"' | Should -BeNullOrEmpty
            Invoke-Server 'systemctl list-units --failed --no-legend --plain' | Should -BeNullOrEmpty
            Invoke-Server 'find /var/www/cigar /etc/hosting /etc/nginx /etc/systemd/system /var/lib/hosting -name "*.new" -o -name ".unfinished" -o -name ".*.??????"' | Should -BeNullOrEmpty
            Invoke-Server 'pgrep -fc "^sshd: root@notty"' | Should -Be '1' -Because 'the only login left is the one that asks'
            Invoke-Server 'ls /etc/letsencrypt/live' | Should -Be "README`ncigar"
        }

        It 'leaves nothing to do' {
            "$((Invoke-Deployment @{ Setup = $true }).Result.Status)" | Should -Be 'Unchanged'
        }
    }
}
