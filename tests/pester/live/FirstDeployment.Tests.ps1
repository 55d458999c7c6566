# Proves: one command makes a fresh server serve the app over HTTPS, says the lines people know, and keeps every secret
# (the first deployment as a whole; H4 H7 H8 H9 H10 H14 H15 H16 H21).

BeforeDiscovery {
    $lines = @(
        '🚀 Deploying Cigar Management System from branch main (setup=True)'
        '📁 Step 1: Creating remote directory /var/www/cigar'
        '👤 Step 2: Creating PostgreSQL user cigar_management_system_production'
        '✅ User created (CREATEDB privilege granted)'
        '📦 Step 3: Cloning repository via SSH'
        '✅ Repository cloned'
        '💎 Step 4: Installing Ruby dependencies (production mode)'
        '✅ Bundle install complete (<gems> gems, NO debug gem)'
        '⚙️ Step 5: Deploying systemd service file'
        '✅ Systemd service file deployed'
        '🔐 Step 6: Deploying secrets'
        '✅ Secrets deployed to systemd'
        '🗄️ Step 7: Creating database with rake db:create'
        '✅ Database created'
        '🔄 Step 8: Running database migrations'
        '✅ Migrations complete'
        '🎨 Step 9: Precompiling assets'
        '✅ Assets compiled'
        '🌐 Step 10: Deploying Nginx configuration'
        '✅ Nginx config deployed'
        '🔒 Step 11: Issuing SSL certificate'
        '✅ SSL certificate issued (staging)'
        '♻️ Step 12: Restarting nginx'
        '✅ Nginx restarted'
        '🚦 Step 13: Enabling and starting puma service'
        '✅ Puma service started'
        '🎉 Deployment of Cigar Management System complete!'
        '📊 Verify at: https://cigars.remoteds.us'
    )
}

Describe 'The first deployment of an app' -Tag Live -ForEach @{ Expected = $lines } {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Reset-Server

        # Watches every command line on the server from now on.
        $null = Invoke-Server -InputText @'
import glob, time
seen = set()
with open("/dev/shm/command-lines", "wb", buffering=0) as log:
    while True:
        for name in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                line = open(name, "rb").read()
            except OSError:
                continue
            if line and line not in seen:
                seen.add(line)
                log.write(line.replace(b"\0", b" ") + b"\n")
        time.sleep(0.005)
'@ 'cat >/dev/shm/watch.py; systemd-run --quiet --unit=watch-command-lines python3 /dev/shm/watch.py'

        Push-Location $Client
        $main = Get-BranchHead
        $run = Invoke-Deployment @{ Setup = $true }
        $deployment = $run.Result

        # Every form in which a secret could leak, for grep to look for without naming it on a command line.
        $null = Invoke-Server -InputText ((Get-Secret) -join "`n") @'
systemctl stop watch-command-lines
umask 077
{
  cat
  runuser -u postgres -- psql -XAtqc "SELECT rolpassword FROM pg_authid WHERE rolname = 'cigar_management_system_production'"
} | grep . >/dev/shm/secrets
'@
    }

    AfterAll {
        Pop-Location
    }

    Context 'what it tells' {
        It 'says the known lines in their order, with the true number of gems' {
            $gems = Invoke-Server @'
cd /var/www/cigar/current/
runuser -u cigar -- env -i PATH=/usr/bin:/bin HOME=/var/www/cigar/shared/home BUNDLE_DEPLOYMENT=true BUNDLE_WITHOUT=development:test \
  BUNDLE_PATH=/var/www/cigar/bundle BUNDLE_APP_CONFIG=/nonexistent bundle list --name-only | grep -c .
'@
            [int]$gems | Should -BeGreaterThan 10
            $wanted = $Expected | ForEach-Object { $_ -replace '<gems>', $gems }
            $run.Lines -join "`n" | Should -BeExactly ($wanted -join "`n")
        }

        It 'gives back a deployment that succeeded' {
            $deployment.GetType().FullName | Should -Be 'HostingDeploy.Deployment'
            "$($deployment.Status)" | Should -Be 'Succeeded'
            $deployment.Setup | Should -BeTrue
            "$($deployment.App)" | Should -Be 'cigar'
            $deployment.Server | Should -Be 'web1'
            $deployment.Branch | Should -Be 'main'
            $deployment.Url.OriginalString | Should -Be "https://$Domain"
            $deployment.Duration.TotalSeconds | Should -BeGreaterThan 1
        }

        It 'names the commit and the release that serve' {
            $deployment.Commit | Should -Be $main
            $deployment.Release | Should -BeLike "*-$($main.Substring(0, 7))"
            Invoke-Server 'basename "$(readlink /var/www/cigar/current)"' | Should -Be $deployment.Release
            Get-ServedRevision | Should -Be $main
        }

        It 'took every step once, the database before the service' {
            $steps = 'Directory', 'PgUser', 'Clone', 'Bundle', 'Unit', 'Secrets', 'CreateDatabase', 'Migrate', 'Assets', 'Site', 'Certificate', 'Nginx', 'Start', 'Verify'
            @($deployment.Steps | ForEach-Object { "$($_.Step)" }) -join ' ' | Should -Be ($steps -join ' ')
            foreach ($step in $deployment.Steps | Where-Object { "$($_.Step)" -ne 'Verify' }) {
                "$($step.Status)" | Should -Be 'Changed' -Because "$($step.Step) had work to do"
                $step.Changes | Should -Not -BeNullOrEmpty -Because "$($step.Step) tells what it did"
            }
        }
    }

    Context 'what a visitor gets' {
        It 'shows the data of PostgreSQL' {
            $name = "Row $(New-Guid)"
            Get-Page | Should -Not -BeLike "*$name*"
            $null = Invoke-Server "runuser -u postgres -- psql -XAtqd cigar_management_system_production -c `"INSERT INTO cigars (name, created_at, updated_at) VALUES ('$name', now(), now())`""
            $page = Get-Page
            $page | Should -BeLike "*<li>$name</li>*"
            $page | Should -BeLike '*<li>Corona</li>*'
        }

        It 'writes to PostgreSQL what a form sends' {
            $name = "Form $(New-Guid)"
            $jar = Join-Path $TestDrive 'cookies'
            $page = Get-Page -Option '--cookie-jar', $jar
            $page -match 'name="authenticity_token" value="(?<token>[^"]+)"' | Should -BeTrue
            $status = Get-Page '/cigars' -Option '--cookie', $jar, '--output', '/dev/null', '--write-out', '%{http_code}',
                '--data-urlencode', "authenticity_token=$($Matches['token'])", '--data-urlencode', "name=$name"
            $status | Should -Be '303'
            Get-Page | Should -BeLike "*<li>$name</li>*"
            Invoke-Server "runuser -u postgres -- psql -XAtqd cigar_management_system_production -c `"SELECT count(*) FROM cigars WHERE name = '$name'`"" | Should -Be '1'
        }

        It 'serves the compiled assets' {
            (Get-Page) -match 'href="(?<path>/assets/application-[0-9a-f]+\.css)"' | Should -BeTrue
            $path = $Matches['path']
            Get-Page $path -Option '--output', '/dev/null', '--write-out', '%{http_code} %{content_type}' | Should -Be '200 text/css'
            Invoke-Server "test -s /var/www/cigar/current/public$path && echo there" | Should -Be 'there'
        }

        It 'has a certificate of the staging authority' {
            Get-Page '/up' -RootFile (Join-Path $Client 'acme-roots-staging.pem') | Should -Be 'OK'
            { Get-Page '/up' -RootFile (Join-Path $Client 'acme-roots-production.pem') } | Should -Throw '*curl*exit code 60*'
        }

        It 'sends plain HTTP to HTTPS' {
            curl --silent --output /dev/null --write-out '%{http_code} %{redirect_url}' --resolve "${Domain}:80:$Address" "http://$Domain/cigars" |
                Should -Be "301 https://$Domain/cigars"
        }
    }

    Context 'where the secrets are' {
        It 'gives them to Puma' {
            $id = (Get-LivePuma).MainPID
            Invoke-Server "tr '\0' '\n' </proc/$id/environ | grep -cFf /dev/shm/secrets" | Should -Be '3'
        }

        It 'keeps them in one file that is for root alone' {
            Invoke-Server 'stat -c "%a %U:%G %F" /etc/hosting/cigar/secrets.env' | Should -Be '600 root:root regular file'
            $found = Invoke-Server 'grep -rlFf /dev/shm/secrets /etc /home /opt /root /run /srv /tmp /var --exclude-dir=postgresql || true'
            $found | Should -Be '/etc/hosting/cigar/secrets.env'
        }

        It 'shows none in the unit or what systemd knows of it' {
            Invoke-Server 'systemctl cat "puma-cigar@*" | grep -c ^EnvironmentFile=' | Should -Be '2'
            Invoke-Server 'systemctl cat "puma-cigar@*" | grep -cFf /dev/shm/secrets || true' | Should -Be '0'
            Invoke-Server 'systemctl show "puma-cigar@*" "hosting[-.]*" | grep -c ^Environment' | Should -Not -Be '0'
            Invoke-Server 'systemctl show "puma-cigar@*" "hosting[-.]*" | grep -cFf /dev/shm/secrets || true' | Should -Be '0'
        }

        It 'put none on a command line' {
            $seen = Invoke-Server 'cat /dev/shm/command-lines'
            $seen | Should -BeLike '*bundle exec rake * db:migrate*' -Because 'the watch sees what runs for a second'
            $seen | Should -BeLike '*certbot certonly*'
            Invoke-Server 'grep -cFf /dev/shm/secrets /dev/shm/command-lines || true' | Should -Be '0'
        }

        It 'logged none' {
            Invoke-Server 'journalctl --no-pager -o verbose | grep -c "_SYSTEMD_UNIT=puma-cigar@a"' | Should -Not -Be '0'
            Invoke-Server 'journalctl --no-pager -o verbose | grep -cFf /dev/shm/secrets || true' | Should -Be '0'
            Invoke-Server 'cat /var/log/postgresql/* | grep -c .' | Should -Not -Be '0'
            Invoke-Server 'cat /var/log/postgresql/* /var/log/letsencrypt/* /var/log/nginx/* | grep -cFf /dev/shm/secrets || true' | Should -Be '0'
        }

        It 'told none' {
            $told = (@($run.Lines) + @($deployment.Steps | ForEach-Object { $_.Changes + $_.Notes + $_.Diffs + $_.Facts.Values })) -join "`n"
            $told | Should -BeLike '*Deployment of Cigar Management System complete*'
            foreach ($secret in Get-Secret) {
                $told.Contains($secret) | Should -BeFalse
            }
        }
    }

    Context 'what is on the server' {
        It 'has a role that may create databases, known by a SCRAM verifier alone' {
            Invoke-Server "runuser -u postgres -- psql -XAtqc `"SELECT rolcanlogin, rolcreatedb, rolsuper, rolcreaterole, rolpassword ~ '^SCRAM-SHA-256[$]4096:[A-Za-z0-9+/=]{24}[$][A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$' FROM pg_authid WHERE rolname = 'cigar_management_system_production'`"" |
                Should -Be 't|t|f|f|t'
        }

        It 'has a database that belongs to the role' {
            Invoke-Server "runuser -u postgres -- psql -XAtqc `"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'cigar_management_system_production'`"" |
                Should -Be 'cigar_management_system_production'
        }

        It 'installed the gems of production and no others' {
            $gems = Invoke-Server 'cd /var/www/cigar/bundle && find . -path "*/gems/*" -prune -printf "%f\n" | sort'
            $gems | Should -Match '(?m)^puma-\d'
            $gems | Should -Match '(?m)^rails-\d'
            Invoke-Server 'find /var/www/cigar/shared /var/www/cigar/bundle /var/www/cigar/releases -iname "debug-*" -o -name "debug.gemspec"' | Should -BeNullOrEmpty
            Invoke-Server 'find /var/www/cigar -name .bundle -path "*/releases/*"' | Should -BeNullOrEmpty -Because 'bundler is told by its environment'
        }

        It 'runs Puma as the app''s own user' {
            $puma = Get-LivePuma
            $puma.ActiveState | Should -Be 'active'
            Invoke-Server "stat -c %U /proc/$($puma.MainPID)" | Should -Be 'cigar'
            Invoke-Server "systemctl is-enabled puma-cigar@$($puma.Slot).service puma-cigar@$($puma.Slot).socket" | Should -Be "enabled`nenabled"
            Invoke-Server 'getent passwd cigar | cut -d: -f7' | Should -Be '/usr/sbin/nologin'
        }

        It 'gave every file its owner' {
            Invoke-Server 'stat -c "%n %a %U:%G" /var/www/cigar /var/www/cigar/releases /var/www/cigar/shared /var/www/cigar/slots' | Should -Be (@(
                    '/var/www/cigar 755 root:root'
                    '/var/www/cigar/releases 755 root:root'
                    '/var/www/cigar/shared 755 root:root'
                    '/var/www/cigar/slots 755 root:root'
                ) -join "`n")
            # nginx passes through the release's own folder, and nobody else but the app; all that is in it is the app's.
            Invoke-Server 'stat -c "%a %U:%G" /var/www/cigar/current/' | Should -Be '710 cigar:www-data'
            Invoke-Server 'cd /var/www/cigar/current/ && find . -mindepth 1 -not \( -user cigar -group cigar \)' | Should -BeNullOrEmpty
            Invoke-Server 'find /var/www/cigar/shared -mindepth 1 -not \( -user cigar -group cigar \)' | Should -BeNullOrEmpty
            Invoke-Server 'stat -c "%n %a %U:%G" /var/www/cigar/repo /var/www/cigar/build /var/www/cigar/bundle' |
                Should -Be "/var/www/cigar/repo 700 _cigar:_cigar`n/var/www/cigar/build 700 _cigar:_cigar`n/var/www/cigar/bundle 750 _cigar:cigar"
            Invoke-Server 'find /var/www/cigar/repo /var/www/cigar/build /var/www/cigar/bundle -not -user _cigar' | Should -BeNullOrEmpty
            Invoke-Server 'find /var/www/cigar /etc/hosting /var/lib/hosting -not -type l -perm /002' | Should -BeNullOrEmpty
            Invoke-Server 'stat -c "%a %U:%G" /etc/hosting/cigar /etc/hosting/cigar/deploy_key /etc/hosting/cigar/app.env /var/lib/hosting/cigar' |
                Should -Be "710 root:_cigar`n400 _cigar:_cigar`n640 root:root`n700 root:root"
            Invoke-Server 'stat -c "%a %U:%G" /etc/systemd/system/puma-cigar@.service /etc/systemd/system/puma-cigar@.socket /etc/nginx/sites-available/cigar' |
                Should -Be "644 root:root`n644 root:root`n644 root:root"
        }

        It 'left nginx and systemd without a complaint' {
            Invoke-Server 'nginx -t 2>&1' | Should -Be "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok`nnginx: configuration file /etc/nginx/nginx.conf test is successful"
            Invoke-Server 'systemctl list-units --failed --no-legend --plain' | Should -BeNullOrEmpty
            Invoke-Server 'systemctl list-units --all --no-legend --plain "hosting[-.]*"' | Should -BeNullOrEmpty -Because 'jobs that are done leave nothing behind'
        }

        It 'will renew the certificate by itself' {
            Invoke-Server 'systemctl is-active certbot.timer; systemctl is-enabled certbot.timer nginx' | Should -Be "active`nenabled`nenabled"
            Invoke-Server 'grep -E "^(authenticator|renew_hook) = " /etc/letsencrypt/renewal/cigar.conf | sort' | Should -Be "authenticator = webroot`nrenew_hook = sync -f /etc/letsencrypt; systemctl reload nginx"
            Invoke-Server 'certbot renew --cert-name cigar --force-renewal --no-random-sleep-on-renew --non-interactive 2>&1' | Should -BeLike '*all renewals succeeded*'
            Get-PageAfterReload '/up' | Should -Be 'OK'
        }
    }
}
