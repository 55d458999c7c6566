# Proves: an app without assets, in a subfolder of its repository, on another branch, with another Ruby, without pending
# migrations, or handed over by a restart is as ordinary as any (H15 H23).

Describe 'An app that is' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        Push-Location $Client
    }

    AfterAll {
        Pop-Location
    }

    Context 'on another branch' {
        BeforeAll {
            # Every character that a branch may have here.
            $branch = "$(New-BranchName)/a+b@c#d=e.f_g"
            $commit = New-Commit 'On a branch' -Branch $branch
            $run = Invoke-Deployment @{ Branch = $branch }
        }

        AfterAll {
            Remove-Branch $branch
        }

        It 'serves that branch' {
            "$($run.Result.Status)" | Should -Be 'Succeeded'
            $run.Result.Branch | Should -Be $branch
            $run.Result.Commit | Should -Be $commit
            $run.Lines[0] | Should -Be "🚀 Deploying Cigar Management System from branch $branch (setup=False)"
            Get-ServedRevision | Should -Be $commit
        }

        It 'runs no rake where nothing is pending' {
            "$((Get-Step $run.Result 'Migrate').Status)" | Should -Be 'Unchanged'
            "$((Get-Step $run.Result 'Assets').Status)" | Should -Be 'Unchanged'
            $run.Lines | Should -Contain '✅ No migrations pending'
            Get-JobCount rake | Should -Be 0
            Get-Page | Should -BeLike '*<link rel="stylesheet" media="all" href="/assets/application-*'
        }

        It 'comes back with the branch of hosting.yml' {
            $back = Invoke-Deployment
            $back.Result.Branch | Should -Be 'main'
            Get-ServedRevision | Should -Be $back.Result.Commit
            $back.Result.Commit | Should -Not -Be $commit
        }
    }

    Context 'counted in boots of Rails' {
        BeforeAll {
            # Whatever boots Rails leaves a mark.
            $branch = New-BranchName
            $null = New-Commit 'Counts' -Branch $branch "echo 'File.write(Rails.root.join(%q(log/boots)), %q(x), mode: %q(a))' >config/initializers/boots.rb"
            $null = Invoke-Deployment @{ Branch = $branch }

            function Get-BootCount {
                # Since it was asked last.
                [int](Invoke-Server 'cd /var/www/cigar/shared/log; if [ -e boots ]; then wc -c <boots; rm boots; else echo 0; fi')
            }

            $null = Get-BootCount
        }

        AfterAll {
            Remove-Branch $branch
        }

        It 'takes two for a commit that changes code alone' {
            $null = New-Commit 'Code' -Branch $branch 'echo "# changed" >>app/controllers/cigars_controller.rb'
            $run = Invoke-Deployment @{ Branch = $branch }
            "$($run.Result.Status)" | Should -Be 'Succeeded'
            Get-BootCount | Should -Be 2 -Because 'assets may depend on any code, and the new Puma is the other'
        }

        It 'takes two for a commit with a migration and new assets' {
            $null = New-Commit 'More' -Branch $branch @'
cat >db/migrate/20261105000000_create_boxes.rb <<'RUBY'
class CreateBoxes < ActiveRecord::Migration[6.1]
  def change
    create_table(:boxes) { |t| t.string :name }
  end
end
RUBY
echo 'body { margin: 0 }' >>app/assets/stylesheets/application.css
'@
            $run = Invoke-Deployment @{ Branch = $branch }
            "$((Get-Step $run.Result 'Migrate').Status) $((Get-Step $run.Result 'Assets').Status)" | Should -Be 'Changed Changed'
            Get-BootCount | Should -Be 2
        }

        It 'takes none for nothing' {
            "$((Invoke-Deployment @{ Branch = $branch }).Result.Status)" | Should -Be 'Unchanged'
            Get-BootCount | Should -Be 0
        }
    }

    Context 'with a migration' {
        BeforeAll {
            $branch = New-BranchName
            $null = New-Commit 'Ashtrays' -Branch $branch @'
cat >db/migrate/20261101000000_create_ashtrays.rb <<'RUBY'
class CreateAshtrays < ActiveRecord::Migration[6.1]
  def change
    create_table(:ashtrays) { |t| t.string :name }
  end
end
RUBY
'@
            $jobs = Get-JobCount rake
            $run = Invoke-Deployment @{ Branch = $branch }
        }

        AfterAll {
            Remove-Branch $branch
        }

        It 'runs it before the new code serves' {
            (Get-Step $run.Result 'Migrate').Changes -join "`n" | Should -BeLike '*20261101000000 CreateAshtrays*'
            $run.Lines | Should -Contain '✅ Migrations complete'
            Get-JobCount rake | Should -Be ($jobs + 1)
            Invoke-Server "runuser -u postgres -- psql -XAtqd cigar_management_system_production -c 'SELECT tableowner FROM pg_tables WHERE tablename = `$`$ashtrays`$`$'" |
                Should -Be 'cigar_management_system_production'
        }
    }

    Context 'without an asset pipeline' {
        BeforeAll {
            $run = Invoke-Deployment @{ Branch = 'api' }
        }

        It 'skips the assets and says why' {
            "$((Get-Step $run.Result 'Assets').Status)" | Should -Be 'Skipped'
            (Get-Step $run.Result 'Assets').Notes | Should -Contain 'the app has no asset pipeline'
            $run.Lines | Should -Contain '✅ No assets to compile (no asset pipeline)'
        }

        It 'serves the app' {
            "$($run.Result.Status)" | Should -Be 'Succeeded'
            Get-ServedRevision | Should -Be (Get-BranchHead api)
        }

        It 'leaves nothing to do' {
            $again = Invoke-Deployment @{ Branch = 'api' }
            "$($again.Result.Status)" | Should -Be 'Unchanged'
        }
    }

    Context 'in a subfolder of its repository' {
        BeforeAll {
            $folder = New-HostingFolder (Join-Path $TestDrive 'subfolder') -Edit @{ 'branch: main' = "branch: subfolder`n    path: backend" }
            Push-Location $folder
            $run = Invoke-Deployment
        }

        AfterAll {
            Pop-Location
        }

        It 'serves it from there' {
            "$($run.Result.Status)" | Should -Be 'Succeeded'
            Get-ServedRevision | Should -Be (Get-BranchHead subfolder)
            Invoke-Server 'readlink -f /proc/$(systemctl show -p MainPID --value puma-cigar@[ab].service | grep -vx 0)/cwd' | Should -BeLike '/var/www/cigar/releases/*/backend'
        }

        It 'serves its static files and assets' {
            (Get-Page) -match 'href="(?<path>/assets/application-[0-9a-f]+\.css)"' | Should -BeTrue
            Get-Page $Matches['path'] -Option '--output', '/dev/null', '--write-out', '%{http_code}' | Should -Be '200'
            Get-Page '/robots.txt' | Should -Be (Invoke-Server 'cat /var/www/cigar/current/backend/public/robots.txt')
        }

        It 'leaves nothing to do' {
            "$((Invoke-Deployment).Result.Status)" | Should -Be 'Unchanged'
        }
    }

    Context 'with another Ruby than the system''s' {
        BeforeAll {
            # A Ruby that says when and as whom it is used, and that what it starts can be told by.
            $null = Invoke-Server @'
install -d /opt/other-ruby/bin
install -m 666 /dev/null /dev/shm/other-ruby.log
for tool in ruby bundle; do
  printf '%s\n' '#!/bin/sh' "echo \"\$(id -un) $tool \$*\" >>/dev/shm/other-ruby.log" "OTHER_RUBY=$tool exec /usr/bin/$tool \"\$@\"" >/opt/other-ruby/bin/$tool
  chmod 755 /opt/other-ruby/bin/$tool
done
'@
            $folder = New-HostingFolder (Join-Path $TestDrive 'ruby') -Edit @{ 'branch: main' = "branch: main`n    ruby: /opt/other-ruby/bin" }
            Push-Location $folder
            $run = Invoke-Deployment @{ Force = $true }
            $used = Invoke-Server 'cat /dev/shm/other-ruby.log'
        }

        AfterAll {
            Pop-Location
        }

        It 'uses it for bundler, rake and the service' {
            "$($run.Result.Status)" | Should -Be 'Succeeded'
            $used | Should -Match '(?m)^_cigar bundle install$'
            $used | Should -Match '(?m)^cigar bundle exec rake .* db:migrate assets:precompile$'
            $used | Should -Match '(?m)^cigar bundle exec puma '
        }

        It 'serves with it' {
            $environment = Get-PumaEnvironment
            $environment['OTHER_RUBY'] | Should -Be 'bundle'
            $environment['PATH'] | Should -BeLike '*:/opt/other-ruby/bin:/usr/local/bin:*'
            Get-ServedRevision | Should -Be $run.Result.Commit
        }

        It 'leaves nothing to do' {
            "$((Invoke-Deployment).Result.Status)" | Should -Be 'Unchanged'
        }

        It 'is told when there is no Ruby' {
            $missing = New-HostingFolder (Join-Path $TestDrive 'no-ruby') -Edit @{ 'branch: main' = "branch: main`n    ruby: /opt/no-ruby/bin" }
            Push-Location $missing
            try {
                $null = Invoke-Server 'chmod a-x /usr/bin/ruby /usr/bin/ruby3.1'
                $failure = Get-Failure { Install-AppBundle cigar }
            }
            finally {
                Pop-Location
                $null = Invoke-Server 'chmod a+x /usr/bin/ruby /usr/bin/ruby3.1'
            }

            $failure.FullyQualifiedErrorId | Should -BeLike 'RubyMissing,*'
            "$($failure.CategoryInfo.Category)" | Should -Be 'NotInstalled'
        }
    }

    Context 'handed over by a restart' {
        BeforeAll {
            $folder = New-HostingFolder (Join-Path $TestDrive 'restart') -Edit @{ 'branch: main' = "branch: main`n    handover: restart" }
            Push-Location $folder
            $null = Invoke-Deployment
            $before = Get-LivePuma
            $commit = New-Commit 'After a restart'
            $run = Invoke-Deployment
            $after = Get-LivePuma
        }

        AfterAll {
            Pop-Location
        }

        It 'serves the new commit from the same slot' {
            "$($run.Result.Status)" | Should -Be 'Succeeded'
            Get-ServedRevision | Should -Be $commit
            $after.Slot | Should -Be $before.Slot
            $after.MainPID | Should -Not -Be $before.MainPID
        }

        It 'never starts a second Puma' {
            Invoke-Server 'systemctl list-units --state=active --no-legend --plain "puma-cigar@*.service" | wc -l' | Should -Be '1'
        }

        It 'leaves nothing to do' {
            "$((Invoke-Deployment).Result.Status)" | Should -Be 'Unchanged'
            (Get-LivePuma).MainPID | Should -Be $after.MainPID
        }
    }
}
