# Proves: a first deployment whose client is killed (SIGKILL) after any step, or in the middle of any long one, goes on when the
# same command is run again, does nothing twice that must not be done twice, and completes.

BeforeDiscovery {
    # In the order of the deployment: each run takes over from the one killed before it and gets one step further.
    $deaths = @(
        @{ Moment = 'after Directory'; Line = '👤 Step 2: *' }
        @{ Moment = 'after PgUser'; Line = '✅ User *' }
        @{ Moment = 'in the middle of Clone'; Line = '📦 Step 3: *' }
        @{ Moment = 'after Clone'; Line = '✅ Repository *' }
        @{ Moment = 'in the middle of Bundle'; Line = '💎 Step 4: *'; Job = 'bundle' }
        @{ Moment = 'after Bundle'; Line = '✅ Bundle install complete *' }
        @{ Moment = 'after Unit'; Line = '✅ Systemd service file *' }
        @{ Moment = 'after Secrets'; Line = '✅ Secrets *' }
        @{ Moment = 'after CreateDatabase'; Line = '✅ Database *' }
        @{ Moment = 'in the middle of Migrate'; Line = '🔄 Step 8: *'; Job = 'migrate' }
        @{ Moment = 'after Migrate'; Line = '✅ * pending', '✅ Migrations complete' }
        @{ Moment = 'in the middle of Assets'; Line = '🎨 Step 9: *'; Job = 'assets' }
        @{ Moment = 'after Assets'; Line = '✅ Assets *' }
        @{ Moment = 'after Site'; Line = '✅ Nginx config *' }
        @{ Moment = 'in the middle of Certificate'; Line = '🔒 Step 11: *'; Until = 'until pgrep -x certbot; do sleep 0.02; done' }
        @{ Moment = 'after Certificate'; Line = '✅ SSL certificate *' }
        @{ Moment = 'after Nginx'; Line = '✅ Nginx restarted', '✅ Nginx has it already' }
        @{ Moment = 'in the middle of Start'; Line = '🚦 Step 13: *'; Until = 'until systemctl is-active --quiet puma-cigar@a.service; do sleep 0.02; done' }
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

        # Migrations and assets that take long enough to be killed in.
        $branch = New-BranchName
        $commit = New-Commit 'Slow' -Branch $branch @'
cat >db/migrate/20261103000000_create_humidors.rb <<'RUBY'
class CreateHumidors < ActiveRecord::Migration[6.1]
  def change
    create_table(:humidors) { |t| t.string :name }
    reversible { |direction| direction.up { sleep 4 } }
  end
end
RUBY
mkdir -p lib/tasks
cat >lib/tasks/slow.rake <<'RUBY'
task(:slow) { sleep 4 }
task "assets:precompile" => :slow
RUBY
'@
        function Get-RunningJob {
            Invoke-Server 'systemctl list-units --state=running --no-legend --plain "hosting-*" | cut -d" " -f1'
        }
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    It 'goes on after dying <Moment>' -ForEach $deaths {
        $until = if ($Job) { "until systemctl show -p SubState --value 'hosting-cigar?$Job.service' | grep -qx running; do sleep 0.02; done" } else { $Until }
        $said = Stop-DeploymentAt -Line $Line -Arguments "-Setup -Branch '$branch'" -Then $until
        $said[0] | Should -Be "🚀 Deploying Cigar Management System from branch $branch (setup=True)"
        if ($Job) {
            Get-RunningJob | Should -BeLike "hosting-cigar?$Job.service" -Because 'the work outlives the client'
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

        It 'did the long work once' -ForEach 'bundle', 'migrate', 'assets' {
            Get-JobCount $_ | Should -Be 1
        }

        It 'did the data once' {
            Invoke-Server "runuser -u postgres -- psql -XAtqd cigar_management_system_production -c 'SELECT count(*) FROM cigars' -c 'SELECT version FROM schema_migrations ORDER BY 1'" |
                Should -Be "3`n20251031000001`n20261103000000"
        }

        It 'left one release, one Puma and nothing half-done' {
            Invoke-Server 'find /var/www/cigar/releases -mindepth 1 -maxdepth 1 -printf "%f\n"' | Should -Be $run.Result.Release
            Invoke-Server 'systemctl list-units --state=active --no-legend --plain "puma-cigar@*.service" | wc -l' | Should -Be '1'
            Invoke-Server 'systemctl list-units --all --no-legend --plain "hosting-*"' | Should -BeNullOrEmpty
            Invoke-Server 'systemctl list-units --failed --no-legend --plain' | Should -BeNullOrEmpty
            Invoke-Server 'find /var/www/cigar /etc/hosting /etc/nginx /etc/systemd/system /var/lib/hosting -name "*.new" -o -name ".unfinished" -o -name ".*.??????"' | Should -BeNullOrEmpty
            Invoke-Server 'pgrep -fc "^(bash|/bin/bash).*HD_NONCE" || true' | Should -Be '0'
            Invoke-Server 'ls /etc/letsencrypt/live' | Should -Be "README`ncigar"
        }

        It 'leaves nothing to do' {
            "$((Invoke-Deployment @{ Setup = $true; Branch = $branch }).Result.Status)" | Should -Be 'Unchanged'
        }
    }
}
