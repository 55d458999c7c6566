# Proves: a first deployment whose client is killed (SIGKILL) after any step, or in the middle of any long one, goes on when the
# same command is run again, does nothing twice that must not be done twice, and completes.

BeforeDiscovery {
    # In the order of the deployment: each run takes over from the one killed before it and gets one step further. A job that
    # is armed is frozen by the server as soon as it runs (rake: as soon as it begins the task), so that the client surely dies
    # in the middle of it.
    $deaths = @(
        @{ Moment = 'after Directory'; Line = '👤 Step 2: *' }
        @{ Moment = 'after PgUser'; Line = '✅ User *' }
        @{ Moment = 'in the middle of Clone'; Line = '📦 Step 3: *' }
        @{ Moment = 'after Clone'; Line = '✅ Repository *'; Arm = 'bundle' }
        @{ Moment = 'in the middle of Bundle'; Line = '💎 Step 4: *'; Job = 'bundle' }
        @{ Moment = 'after Bundle'; Line = '✅ Bundle install complete *' }
        @{ Moment = 'after Unit'; Line = '✅ Systemd service file *' }
        @{ Moment = 'after Secrets'; Line = '✅ Secrets *'; Arm = 'rake' }
        @{ Moment = 'in the middle of CreateDatabase'; Line = '🗄️ Step 7: *'; Job = 'rake' }
        @{ Moment = 'after CreateDatabase'; Line = '✅ Database *'; Arm = 'rake'; Task = 'db:migrate' }
        @{ Moment = 'in the middle of Migrate'; Line = '🔄 Step 8: *'; Job = 'rake' }
        @{ Moment = 'after Migrate'; Line = '✅ * pending', '✅ Migrations complete'; Arm = 'rake'; Task = 'assets:precompile' }
        @{ Moment = 'in the middle of Assets'; Line = '🎨 Step 9: *'; Job = 'rake' }
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

        # Slow enough to be met in the middle.
        $branch = New-BranchName
        $commit = New-Commit 'Takes its time' -Branch $branch @'
cat >db/migrate/20251102000000_take_time.rb <<'RUBY'
class TakeTime < ActiveRecord::Migration[6.1]
  def up
    sleep 1
  end
end
RUBY
printf '\ntask(:take_time) { sleep 1 }\nRake::Task["assets:precompile"].enhance([:take_time])\n' >>Rakefile
'@
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    It 'goes on after one that died <Moment>' -ForEach $deaths {
        if ($Arm) {
            $begun = if ($Task) { "grep -qxF -- '--- rake $Task' /var/lib/hosting/cigar/jobs/rake.log && " }
            $null = Invoke-Server "systemd-run --quiet --collect bash -c `"until ${begun}systemctl freeze hosting-cigar.$Arm.service; do sleep 0.02; done`""
        }

        $condition = if ($Job) { "systemctl show -p FreezerState --value hosting-cigar.$Job.service | grep -qx frozen" } else { $Until }
        $then = if ($condition) { "timeout 30 bash -c 'until $condition; do sleep 0.02; done'" }
        $said = Stop-DeploymentAt -Line $Line -Arguments "-Setup -Branch $branch" -Then $then
        $said[0] | Should -Be "🚀 Deploying Cigar Management System from branch $branch (setup=True)"
        if ($Job) {
            # What served the client on the server is gone, and only the login that asks is left; the job is there.
            $null = Invoke-Server 'for i in {1..100}; do [ "$(pgrep -fc "^sshd: root@notty")" -gt 1 ] || exit 0; sleep 0.1; done; exit 1'
            Invoke-Server "systemctl show -p SubState --value hosting-cigar.$Job.service; systemctl thaw hosting-cigar.$Job.service" | Should -Be 'running'
        }
    }

    Context 'and is run to its end' {
        BeforeAll {
            $run = Invoke-Deployment @{ Setup = $true; Branch = $branch }
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

        It 'started <Job> <Times> times' -ForEach @(
            @{ Job = 'bundle'; Times = 1 }
            # The database is made by a rake of its own: until it is known to be the app's, nothing runs in it.
            @{ Job = 'rake'; Times = 2 }
        ) {
            Get-JobCount $Job | Should -Be $Times
        }

        It 'did the data once' {
            Invoke-Server "runuser -u postgres -- psql -XAtqd cigar_management_system_production -c 'SELECT count(*) FROM cigars' -c 'SELECT version FROM schema_migrations ORDER BY 1'" |
                Should -Be "3`n20251031000001`n20251102000000"
        }

        It 'left one release, one Puma and nothing half-done' {
            Invoke-Server 'find /var/www/cigar/releases -mindepth 1 -maxdepth 1 -printf "%f\n"' | Should -Be $run.Result.Release
            Invoke-Server 'systemctl list-units --state=active --no-legend --plain "puma-cigar@*.service" | wc -l' | Should -Be '1'
            Invoke-Server 'systemctl list-units --all --no-legend --plain "hosting[-.]*"' | Should -BeNullOrEmpty
            Invoke-Server 'systemctl list-units --failed --no-legend --plain' | Should -BeNullOrEmpty
            Invoke-Server 'find /var/www/cigar /etc/hosting /etc/nginx /etc/systemd/system /var/lib/hosting -name "*.new" -o -name ".unfinished" -o -name ".*.??????"' | Should -BeNullOrEmpty
            Invoke-Server 'pgrep -fc "^sshd: root@notty"' | Should -Be '1' -Because 'the only login left is the one that asks'
            Invoke-Server 'ls /etc/letsencrypt/live' | Should -Be "README`ncigar"
        }

        It 'leaves nothing to do' {
            "$((Invoke-Deployment @{ Setup = $true; Branch = $branch }).Result.Status)" | Should -Be 'Unchanged'
        }
    }
}
