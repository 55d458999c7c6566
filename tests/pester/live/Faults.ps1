# Ways to hold a deployment in the middle of a step, and to end it there.
# The brake lies in /dev/shm, where also what runs confined, as the app's or the build user, may write.

function Set-Brake {
    # The next step that calls this tool, with this text among its arguments, stops at it until it is let go: the tool waits before
    # it does its work.
    param([Parameter(Mandatory)] [string] $Tool, [string] $For = '')

    $null = Invoke-Server @"
tool=`$(command -v $Tool)
printf '%s\n' '#!/bin/sh' 'case "`$*" in *"$For"*) if [ -d /dev/shm/brake ]; then touch /dev/shm/brake/reached; while [ -d /dev/shm/brake ]; do sleep 0.02; done; fi ;; esac' "exec `$tool \"\`$@\"" >/usr/local/bin/$Tool
chmod 755 /usr/local/bin/$Tool
mkdir -m 1777 /dev/shm/brake
"@
}

function Set-JobBrake {
    # The job stops as soon as it runs; a rake as soon as it begins this task. Other than a frozen one, a stopped job can still
    # be ended by systemd.
    param([Parameter(Mandatory)] [string] $Job, [string] $Task)

    $begun = if ($Task) { "grep -qxF -- '--- rake $Task' /var/lib/hosting/cigar/jobs/$Job.log && " }
    $null = Invoke-Server @"
: >/var/lib/hosting/cigar/jobs/$Job.log
mkdir -m 1777 /dev/shm/brake
systemd-run --quiet --collect --unit=brake bash -c "until ${begun}systemctl is-active --quiet hosting-cigar.$Job.service && systemctl kill --signal=STOP hosting-cigar.$Job.service; do sleep 0.01; done; touch /dev/shm/brake/reached"
"@
}

function Remove-Brake {
    # What is still held goes on.
    param([string] $Tool, [string] $Job)

    $null = Invoke-Server "systemctl stop brake.service 2>/dev/null || true; rm -rf /dev/shm/brake"
    if ($Tool) {
        $null = Invoke-Server "rm -f /usr/local/bin/$Tool"
    }

    if ($Job) {
        $null = Invoke-Server "systemctl kill --signal=CONT hosting-cigar.$Job.service 2>/dev/null || true"
    }
}

function Start-Deployer {
    # A deployment in a process of its own, which says in its last lines how it ended.
    param([Parameter(Mandatory)] [string] $Arguments)

    $script = @"
`$ErrorActionPreference = 'Stop'
Import-Module '$(Get-BuiltModulePath)'
try {
    `$null = Invoke-AppDeployment cigar $Arguments 6> `$null
    'SUCCEEDED'
}
catch {
    "FAILED|`$(`$_.FullyQualifiedErrorId)|`$(`$_.TargetObject)|`$(`$_.ErrorDetails.RecommendedAction -replace '\s+', ' ')"
}
"@
    $start = [System.Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $script) {
        $start.ArgumentList.Add($argument)
    }

    $start.WorkingDirectory = (Get-Location).ProviderPath
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    [System.Diagnostics.Process]::Start($start)
}

function Wait-Reached {
    # Until the deployment is in the middle of the step: at its brake, or where this condition is true on the server.
    param([Parameter(Mandatory)] $Deployer, [string] $Condition = '[ -e /dev/shm/brake/reached ]')

    # What the condition looks at may print: only its success counts.
    $look = "timeout 1 bash -c 'until ($Condition) >/dev/null; do sleep 0.02; done' && echo reached || true"
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while ((Invoke-Server $look) -ne 'reached') {
        if ($Deployer.HasExited -or $clock.Elapsed.TotalSeconds -gt 180) {
            if (-not $Deployer.HasExited) {
                $Deployer.Kill()
            }

            throw "The deployment never came to '$Condition'. It said: $($Deployer.StandardOutput.ReadToEnd())"
        }
    }
}

function Stop-Deployer {
    # SIGKILL: nothing on this side can tell the server any more.
    param([Parameter(Mandatory)] $Deployer)

    $Deployer.Kill()
    $Deployer.WaitForExit()
    $Deployer.ExitCode | Should -Be 137 -Because 'it was still at work'
}

function Get-DeployerFailure {
    # How the deployment ended, for one that has to fail, and how long that took from now.
    param([Parameter(Mandatory)] $Deployer)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $said = $Deployer.StandardOutput.ReadToEnd()
    $Deployer.WaitForExit()
    if ($said -notmatch '(?m)^FAILED\|(?<id>[^|]*)\|(?<target>[^|]*)\|(?<action>.*)$') {
        throw "The deployment did not fail, it said: $said $($Deployer.StandardError.ReadToEnd())"
    }

    [pscustomobject]@{ ErrorId = $Matches['id']; Target = $Matches['target']; Action = $Matches['action']; Seconds = $clock.Elapsed.TotalSeconds }
}

function Assert-LockFree {
    # Nobody has to take the lock away by hand, however the deployment ended.
    Invoke-Server 'flock --wait 20 /var/lib/hosting/cigar/lock echo free' | Should -Be 'free'
}

function New-UpdateCommit {
    # A commit on a branch of its own that gives work to the steps from Clone to Assets, each slow enough to be met in the
    # middle. Its migration and its styles fail as long as the file for it is there.
    param([Parameter(Mandatory)] [string] $Branch, [switch] $Broken)

    New-Commit 'Work for every step' -Branch $Branch @"
sed -i '/^gem "bootsnap"/i gem "rake"' Gemfile
sed -i '/^  rails (/i \  rake' Gemfile.lock
echo '# another setting' >config/initializers/another.rb
cat >db/migrate/20261103000000_create_boxes.rb <<'RUBY'
class CreateBoxes < ActiveRecord::Migration[6.1]
  def change
    $(if ($Broken) { 'raise "this migration is broken"' })
    create_table(:boxes) { |t| t.string :name }
    up_only { sleep 0.5 }
  end
end
RUBY
printf '$(if ($Broken) { '/*\n *= require no_such_file\n */\n' })body { margin: 3em; }\n' >app/assets/stylesheets/application.css
printf '\ntask(:take_time) { sleep 0.5 }\nRake::Task["assets:precompile"].enhance([:take_time])\nRake::Task["db:create"].enhance([:take_time])\n' >>Rakefile
"@
}

function New-UpdateFolder {
    # A hosting.yml that gives work to the other steps: another title (unit), setting (environment), secret and name (site and
    # certificate).
    param([Parameter(Mandatory)] [string] $Path, [string] $HealthPath = '/up')

    $secrets = (Get-Content -Raw -LiteralPath (Join-Path $Client 'secrets/cigar.env')) + "ANOTHER_SECRET=humidor`n"
    New-HostingFolder $Path -Secrets $secrets -Edit @{
        'title: Cigar Management System' = 'title: Cigar Management System II'
        'branch: main' = "branch: main`n    aliases: [www.$Domain]`n    health:`n      path: $HealthPath"
        'RAILS_LOG_TO_STDOUT: "1"' = "RAILS_LOG_TO_STDOUT: `"1`"`n      ANOTHER_SETTING: `"1`""
    }
}

function Set-Disrepair {
    # The server lost what Directory and PgUser then find out and put right; with -Gem also a gem, without which the release that
    # runs could not boot again.
    param([switch] $Gem)

    if ($Gem) {
        $null = Invoke-Server 'rm -rf /var/www/cigar/bundle/ruby/*/{gems,specifications}/rake-*'
    }

    $null = Invoke-Server @'
chmod 700 /var/www/cigar/shared/log
runuser -u postgres -- psql -qc 'ALTER ROLE cigar_management_system_production NOCREATEDB'
'@
}

function Get-UpdateStep {
    # The steps of such an update in their order: what holds each in the middle of its work (a tool that it calls, and what for, when
    # steps before it call that too; a job; what is true on the server at that moment), and a fault that makes it fail, foreseen by
    # -WhatIf or not, with the way to mend it. Each run goes on from the one broken before it and gets one step further; so what would
    # hold or break two steps needs the first of them taken alone.
    $hba = '/etc/postgresql/*/main/pg_hba.conf'
    $mendHba = 'for file in /etc/postgresql/*/main/pg_hba.conf; do mv $file.kept $file; done; systemctl reload postgresql; sleep 0.3'
    $otherSite = @{
        Break = 'printf "server { no_such_directive on; }\n" >/etc/nginx/conf.d/other.conf'
        Mend = 'rm /etc/nginx/conf.d/other.conf'
        ErrorId = 'NginxConfigBroken'
        Foreseen = $true
    }
    $fill = {
        # A disk of its own under the folder, with all that was there and no room for more.
        param($Folder)

        @{
            Fault = 'the disk is full'
            Break = "mkdir /run/full; mount -t tmpfs -o size=8M tmpfs /run/full; cp -a $Folder/. /run/full; chown --reference=$Folder /run/full; chmod --reference=$Folder /run/full; mount --bind /run/full $Folder; ! cat /dev/zero 2>/dev/null >$Folder/zero"
            Mend = "umount $Folder /run/full; rmdir /run/full"
        }
    }
    @(
        @{ Step = 'Directory'; Brake = 'chown'; Fault = 'a tool is missing'; Break = 'mv /usr/bin/git /usr/bin/git.kept'; Mend = 'mv /usr/bin/git.kept /usr/bin/git'; ErrorId = 'ToolMissing'; Foreseen = $true }
        @{ Step = 'PgUser'; Brake = 'psql'; Fault = 'PostgreSQL lets its administrator not in'; Break = "sed -i.kept '1i local all postgres reject' $hba; systemctl reload postgresql; sleep 0.3"; Mend = $mendHba; ErrorId = 'StepFailed'; Foreseen = $true }
        @{ Step = 'Clone'; Brake = 'git'; ErrorId = 'DiskFull' } + (& $fill '/var/www/cigar/repo/objects')
        @{ Step = 'Bundle'; Job = 'bundle'; Fault = 'the gem server is not found'; Break = 'sed -i.kept s/gems.sandbox.test// /etc/hosts'; Mend = 'mv /etc/hosts.kept /etc/hosts'; ErrorId = 'BundleFailed' }
        @{ Step = 'Unit'; Brake = 'mktemp'; For = '/etc/systemd/system/'; Fault = 'systemd rejects the unit'; Template = 'puma.service.liquid'; Text = "[Service]`nType=nonsense`n"; ErrorId = 'UnitRejected'; Foreseen = $true }
        @{ Step = 'Secrets'; Brake = 'mktemp'; For = '/etc/hosting/cigar/.secrets.env.'; ErrorId = 'FileNotWritten' } + (& $fill '/etc/hosting/cigar')
        @{ Step = 'CreateDatabase'; Job = 'rake'; Task = 'db:create'; Fault = 'PostgreSQL lets the app not in'; Break = "sed -i.kept '1i local all cigar_management_system_production reject\nhost all cigar_management_system_production all reject' $hba; systemctl reload postgresql; sleep 0.3"; Mend = $mendHba; ErrorId = 'DatabaseNotCreated'; Planned = 'Unchanged' }
        @{ Step = 'Migrate'; Job = 'rake'; Task = 'db:migrate'; Fault = 'the migration is broken'; Commit = "sed -i '/broken/d' db/migrate/20261103000000_create_boxes.rb"; ErrorId = 'MigrationFailed' }
        @{ Step = 'Assets'; Job = 'rake'; Task = 'assets:precompile'; Fault = 'a stylesheet is missing'; Commit = "sed -i '/no_such_file/d' app/assets/stylesheets/application.css"; ErrorId = 'AssetsFailed' }
        @{ Step = 'Site'; Brake = 'nginx'; Fault = 'another site is broken' } + $otherSite
        @{ Step = 'Certificate'; Until = 'pgrep -x certbot'; Fault = 'the ACME server is down'; Break = "sed -i.kept 's/ acme[^ ]*//g; `$ a 127.0.0.1 acme.sandbox.test acme-staging.sandbox.test' /etc/hosts"; Mend = 'mv /etc/hosts.kept /etc/hosts'; ErrorId = 'AcmeServerUnreachable' }
        @{ Step = 'Nginx'; Brake = 'nginx'; Alone = 'Request-Certificate'; Fault = 'another site is broken' } + $otherSite
        @{ Step = 'Start'; Brake = 'curl'; Fault = 'the health check finds no page'; HealthPath = '/none'; ErrorId = 'AppNotHealthy' }
        @{ Step = 'Verify'; Brake = 'curl'; Alone = 'Start-PumaService'; Fault = 'nginx lets nobody in from here'; Break = 'echo "deny 127.0.0.1;" >/etc/nginx/conf.d/deny.conf; systemctl reload nginx; sleep 0.5'; Mend = 'rm /etc/nginx/conf.d/deny.conf'; ErrorId = 'SiteNotServed' }
    )
}

function Start-Braked {
    # A deployment in a process of its own, held in the middle of this step (of Get-UpdateStep).
    param([Parameter(Mandatory)] [hashtable] $Step, [Parameter(Mandatory)] [string] $Branch)

    $condition = '[ -e /dev/shm/brake/reached ]'
    if ($Step['Job']) {
        # Held since a deployment before this one, it has to be found and watched again.
        if ((Invoke-Server "ls /dev/shm/brake 2>/dev/null || true") -ne 'reached') {
            Set-JobBrake $Step.Job -Task $Step['Task']
        }

        $watcher = if ($Step['Task']) { "sed -u -n .*--- rake $($Step.Task)" } else { "tail -n .1 -f .*/jobs/$($Step.Job).log" }
        $condition += " && pgrep -f `"^$watcher`""
    }
    elseif ($Step['Brake']) {
        Set-Brake $Step.Brake -For $Step['For']
    }
    else {
        $condition = $Step.Until
    }

    $deployer = Start-Deployer "-Setup -Branch $Branch"
    Wait-Reached $deployer -Condition $condition
    $deployer
}

function Assert-Ended {
    # What an update leaves that came through in the end.
    param([Parameter(Mandatory)] $Run, [Parameter(Mandatory)] [string] $Branch)

    "$($Run.Result.Status)" | Should -BeIn 'Succeeded', 'Unchanged'
    Get-ServedRevision | Should -Be $Run.Result.Commit
    Invoke-Server 'systemctl list-units --failed --no-legend --plain; systemctl list-units --all --no-legend --plain "hosting[-.]*"' | Should -BeNullOrEmpty
    Invoke-Server 'find /var/www/cigar /etc/hosting /etc/nginx /etc/systemd/system /var/lib/hosting ! -path "*/repo/*" \( -name "*.new" -o -name ".unfinished" -o -name ".gone" -o -name ".*.??????" -o -name ".live*" -o -name ".current" \)' | Should -BeNullOrEmpty
    Invoke-Server 'for i in {1..300}; do [ "$(systemctl list-units --state=active,deactivating --no-legend --plain "puma-cigar@*.service" | wc -l)" -gt 1 ] || exit 0; sleep 0.1; done; exit 1'
    Invoke-Server 'ls /etc/systemd/system/*.wants | grep -c puma-cigar' | Should -Be '2'
    Invoke-Server 'find /var/www/cigar/releases -mindepth 1 -maxdepth 1 | wc -l' | Should -Be '2' -Because 'releases that never went live gave way'
    Invoke-Server "runuser -u postgres -- psql -XAtqd cigar_management_system_production -c 'SELECT count(*) FROM cigars' -c 'SELECT count(*) FROM boxes' -c 'SELECT version FROM schema_migrations ORDER BY 1'" |
        Should -Be "3`n0`n20251031000001`n20261103000000"
    Invoke-Server 'openssl x509 -in /etc/letsencrypt/live/cigar/fullchain.pem -noout -ext subjectAltName | tail -n 1; ls /etc/letsencrypt/live' |
        Should -Be "    DNS:$Domain, DNS:www.$Domain`nREADME`ncigar"
    (Get-PumaEnvironment)['ANOTHER_SECRET'] | Should -Be 'humidor'
    (Get-PumaEnvironment)['ANOTHER_SETTING'] | Should -Be '1'
    Get-Page | Should -BeLike '*<li>Corona</li>*'
    (Get-Page) -match 'href="(?<path>/assets/application-[0-9a-f]+\.css)"' | Should -BeTrue
    Get-Page $Matches['path'] | Should -BeLike '*3em*'
    "$((Invoke-Deployment @{ Setup = $true; Branch = $Branch }).Result.Status)" | Should -Be 'Unchanged'
}
