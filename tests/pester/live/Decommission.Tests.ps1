# Proves: an app is taken off its server whole, whatever is gone already and wherever an earlier try was cut off, with no request
# of another app failing meanwhile; its database only when named, and after a dump that restores.

Describe 'The removal of an app' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Clients.ps1"
        Import-BuiltModule
        Restore-DeployedServer

        # A second app beside cigar, with everything of its own.
        $app = @'
apps:
  humidor:
    title: Humidor
    repository: git@git.sandbox.test:org/cigar.git
    branch: api
    domain: humidor.remoteds.us
    deployKey: deploy_key
    gitHostKeys:
      - PINNED-KEY
    secretsFile: secrets/humidor.env
    certificate:
      issuer: staging
      stagingServer: https://acme-staging.sandbox.test:15000/dir
'@ -replace 'PINNED-KEY', (Get-Content -Raw -LiteralPath (Join-Path $Client 'git_known_hosts')).Trim()
        $folder = New-HostingFolder (Join-Path $TestDrive 'hosting') -Edit @{ 'apps:' = $app }
        Copy-Item -LiteralPath "$folder/secrets/cigar.env" -Destination "$folder/secrets/humidor.env"
        Push-Location $folder
        $null = Invoke-AppDeployment humidor -Setup 6> $null
        $null = Invoke-Sandbox save two-apps web1

        function Get-Rest {
            # All of humidor that is on the server, a line each; what is left of PostgreSQL is told apart.
            $rest = Invoke-Server @'
find /etc/systemd/system /etc/nginx /etc/hosting /etc/letsencrypt /var/www /var/lib/hosting /etc/passwd /etc/group -xdev -name '*humidor*'
find /run -maxdepth 1 -name '*humidor*'
grep humidor /etc/passwd /etc/group || true
systemctl list-units --all --no-legend --plain '*humidor*' | cut -d' ' -f1
ps -eo user:32=,args= | grep '^humidor ' || true
nginx -T 2>/dev/null | grep humidor || true
runuser -u postgres -- psql -XAtqc "SELECT 'role ' || rolname FROM pg_roles WHERE rolname LIKE 'humidor%' UNION SELECT 'database ' || datname FROM pg_database WHERE datname LIKE 'humidor%' ORDER BY 1"
'@
            @($rest -split "`n" | Where-Object { $_ })
        }

        function Remove-Humidor {
            param([hashtable] $Parameter = @{})

            $changes = Remove-AppDeployment humidor @Parameter -Confirm:$false -WarningVariable warned -WarningAction SilentlyContinue
            [pscustomobject]@{ Changes = @($changes); Warnings = @($warned | ForEach-Object { "$_" }) }
        }

        function Get-HumidorPage {
            Invoke-Tool -Name curl -ArgumentList '--silent', '--show-error', '--fail', '--max-time', '30', '--cacert', $Roots, '--resolve', "humidor.remoteds.us:443:$Address", 'https://humidor.remoteds.us/up'
        }

        function Start-Load {
            # Asks for a page of cigar fifty times a second, a new connection each, until Stop-Load; each answer becomes a line.
            $arguments = '--rate', '50/s', '--silent', '--max-time', '10', '--cacert', $Roots, '--resolve', "${Domain}:443:$Address", '--header', 'Connection: close',
                '--output', '/dev/null', '--write-out', '%{stderr}%{http_code} %{time_total} %{errormsg}\n', "https://$Domain/up?[1-100000]"
            $start = [System.Diagnostics.ProcessStartInfo]::new('curl')
            foreach ($argument in $arguments) {
                $start.ArgumentList.Add($argument)
            }

            $start.RedirectStandardError = $true
            $process = [System.Diagnostics.Process]::Start($start)
            [pscustomobject]@{ Process = $process; Text = $process.StandardError.ReadToEndAsync() }
        }

        function Stop-Load {
            # The whole lines that it wrote.
            param($Load)

            $Load.Process.Kill()
            $Load.Process.WaitForExit()
            @($Load.Text.Result -split "`n" | Select-Object -SkipLast 1)
        }

        $kept = 'database humidor_production', 'role humidor_production'
    }

    AfterAll {
        Pop-Location
    }

    Context 'beside another that is asked fifty times a second' {
        BeforeAll {
            $served = Get-HumidorPage
            $cigar = Get-ServerState
            Set-Marker
            $planned = @(Remove-AppDeployment humidor -WhatIf -WarningVariable warned -WarningAction SilentlyContinue)
            $planWarnings = @($warned | ForEach-Object { "$_" })
            $changed = Get-ChangedFile
            $load = Start-Load
            Start-Sleep -Milliseconds 500
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $removed = Remove-Humidor
            $seconds = $clock.Elapsed.TotalSeconds
            Start-Sleep -Milliseconds 500
            $answers = Stop-Load $load
            $rest = Get-Rest
            $again = Remove-Humidor
        }

        It 'changes nothing with -WhatIf' {
            $changed | Should -BeNullOrEmpty
            $planned | Should -BeNullOrEmpty
        }

        It 'fails no request' {
            $answers.Count | Should -BeGreaterThan (10 * ($seconds + 1)) -Because 'it was asked all the time'
            @($answers | Where-Object { $_ -notlike '200 *' }) | Should -BeNullOrEmpty
        }

        It 'takes everything of it but its database away' {
            $rest | Should -Be $kept
            $removed.Changes | Should -Contain 'remove the system user humidor'
            $removed.Changes | Should -Contain 'delete the certificate humidor'
            $served | Should -Be 'OK'
            { Get-HumidorPage } | Should -Throw
        }

        It 'says what stays, and how that would go' {
            $removed.Warnings | Should -Be 'the PostgreSQL role humidor_production stays: the database humidor_production does too, -DropDatabase humidor_production drops both'
            $planWarnings | Should -Be $removed.Warnings
        }

        It 'leaves the other as it was' {
            Compare-State $cigar (Get-ServerState) | Where-Object { $_ -notmatch '^(<=|=>) [0-9a-f]{64}  -$|humidor' } | Should -BeNullOrEmpty
            "$((Test-PumaService cigar).Status)" | Should -Be 'Unchanged'
        }

        It 'has nothing to do then' {
            $again.Changes | Should -BeNullOrEmpty
            Get-Rest | Should -Be $kept
        }
    }

    Context 'with its database' {
        BeforeAll {
            # What is left of the app is PostgreSQL's alone.
            $wrong = Get-Failure { Remove-AppDeployment humidor -DropDatabase cigar_management_system_production -Confirm:$false }
            $rows = 'SELECT id, name FROM cigars ORDER BY id'
            $before = Invoke-Server "runuser -u postgres -- psql -XAtqd humidor_production -c '$rows'"
            $null = Invoke-Server "systemd-run --quiet --unit=session runuser -u postgres -- psql -XAtqd humidor_production -c 'SELECT pg_sleep(600)'; until pgrep -f '[p]ostgres: .*humidor_production' >/dev/null; do sleep 0.05; done"
            $inUse = Get-Failure { Remove-AppDeployment humidor -DropDatabase humidor_production -Confirm:$false }
            $null = Invoke-Server "rm /var/backups/hosting/humidor-*.dump; runuser -u postgres -- psql -XAtqc `"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'humidor_production'`""
            $removed = Remove-Humidor @{ DropDatabase = 'humidor_production' }
            $rest = Get-Rest
            $restored = Invoke-Server @"
dump=`$(echo /var/backups/hosting/humidor-*.dump)
stat -c '%a %U' /var/backups/hosting `$dump
runuser -u postgres -- createdb restored
runuser -u postgres -- pg_restore --no-owner --exit-on-error --dbname=restored <`$dump
runuser -u postgres -- psql -XAtqd restored -c '$rows'
runuser -u postgres -- dropdb restored
"@
        }

        It 'wants the database named exactly' {
            $wrong.FullyQualifiedErrorId | Should -BeLike 'DatabaseNameWrong,*'
        }

        It 'drops it from under nobody' {
            $inUse.FullyQualifiedErrorId | Should -BeLike 'DatabaseInUse,*'
        }

        It 'takes the database and the role away, when nothing else is left too' {
            $rest | Should -BeNullOrEmpty
            $removed.Changes -join '; ' | Should -BeLike 'dump the database humidor_production to /var/backups/hosting/humidor-*.dump and drop it; drop the PostgreSQL role humidor_production*'
            Invoke-Server 'runuser -u postgres -- psql -XAtqc "SELECT datname FROM pg_database ORDER BY 1"' | Should -Be "cigar_management_system_production`npostgres`ntemplate0`ntemplate1"
        }

        It 'leaves a dump that restores, for root alone' {
            $restored | Should -Be "700 root`n600 root`n$before"
            $before | Should -BeLike '*Robusto*'
        }
    }

    Context 'of which <Gone> are gone already' -ForEach @(
        @{ Gone = 'the units, half of the site, the certificate''s files and the database'; Parameter = @{}; Kept = @()
            Script = 'rm /etc/systemd/system/puma-humidor@.service /etc/nginx/sites-enabled/humidor; rm -r /etc/letsencrypt/live/humidor; nginx -s reload; systemctl stop puma-humidor@a.service puma-humidor@a.socket; runuser -u postgres -- dropdb humidor_production' }
        @{ Gone = 'the folders, the user, the certificate''s settings and the state'; Parameter = @{ DropDatabase = 'humidor_production' }; Kept = @()
            Script = 'systemctl stop puma-humidor@a.service puma-humidor@a.socket; rm -r /var/www/humidor /var/lib/hosting/humidor /etc/letsencrypt/renewal/humidor.conf; userdel humidor' }
        @{ Gone = 'all but the certificate that is to be kept, the role and a failed unit'; Parameter = @{ KeepCertificate = $true }
            Kept = '/etc/letsencrypt/archive/humidor', '/etc/letsencrypt/live/humidor', '/etc/letsencrypt/renewal/humidor.conf'
            Script = 'rm -r /etc/hosting/humidor /etc/nginx/sites-available/humidor /etc/nginx/sites-enabled/humidor; systemctl kill -s KILL puma-humidor@a.service; sleep 0.5; runuser -u postgres -- dropdb humidor_production' }
    ) {
        BeforeAll {
            $null = Invoke-Sandbox restore two-apps web1
            $null = Invoke-Server $Script
            $removed = Remove-Humidor $Parameter
        }

        It 'takes the rest away' {
            $removed.Changes | Should -Not -BeNullOrEmpty
            $rest = @(Get-Rest | Sort-Object)
            $rest | Should -Be $Kept
            Invoke-Server 'systemctl list-units --failed --no-legend --plain; find /etc/systemd/system -xtype l' | Should -BeNullOrEmpty
            Get-Page '/up' | Should -Be 'OK'
            (Remove-Humidor $Parameter).Changes | Should -BeNullOrEmpty
        }
    }

    Context 'that is cut off in the middle' {
        BeforeAll {
            $null = Invoke-Sandbox restore two-apps web1
            $null = Invoke-Server 'systemctl stop postgresql "postgresql@*"'
            $down = Get-Failure { Remove-AppDeployment humidor -DropDatabase humidor_production -Confirm:$false }
            $null = Invoke-Server 'systemctl start postgresql'
            $whole = Get-HumidorPage
            $client = Start-Client 'Remove-AppDeployment humidor -DropDatabase humidor_production -Confirm:$false'
            Wait-Server '! test -e /etc/nginx/sites-enabled/humidor'
            $client.Process.Kill()
            Wait-Server '! test -d /var/lib/hosting/humidor || flock -n /var/lib/hosting/humidor/lock true'
            $left = Get-Rest
            $removed = Remove-Humidor @{ DropDatabase = 'humidor_production' }
        }

        It 'begins with nothing that it could not end' {
            $down.FullyQualifiedErrorId | Should -BeLike 'PostgresNotRunning,*'
            $whole | Should -Be 'OK'
        }

        It 'is finished by running it again' {
            $left | Should -Contain '/var/www/humidor' -Because 'it was cut off'
            $removed.Changes | Should -Contain 'remove /var/www/humidor'
            Get-Rest | Should -BeNullOrEmpty
            Get-Page '/up' | Should -Be 'OK'
            Invoke-Server 'ls /var/backups/hosting' | Should -BeLike 'humidor-*.dump'
        }
    }
}
