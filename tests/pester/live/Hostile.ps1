# What the hostile tests share: a server with cigar and a neighbour, humidor; canaries, which are all that no deployment of cigar
# may change; traps, which tell that root followed a link; and the attacker's hands, as a user of the server and inside Puma.

$HumidorMark = 'humidor-5f0c2d7e9b1a4c68'

# What a deployment changes outside of the app's own folders, by exact path.
$OfHandover = @{
    '/etc/systemd/system/multi-user.target.wants/puma-cigar@a.service' = 'a handover enables the slot that serves'
    '/etc/systemd/system/multi-user.target.wants/puma-cigar@b.service' = 'a handover enables the slot that serves'
    '/etc/systemd/system/sockets.target.wants/puma-cigar@a.socket'     = 'a handover enables the slot that serves'
    '/etc/systemd/system/sockets.target.wants/puma-cigar@b.socket'     = 'a handover enables the slot that serves'
}

function New-NeighbourBranch {
    # A branch of the sample app that runs, inside Puma, what it is asked: an attacker who got into the app.
    param([string] $Branch = (New-BranchName))

    $null = New-Commit 'An open door' -Branch $Branch @'
cat >app/controllers/inside_controller.rb <<'RUBY'
require "open3"

class InsideController < ActionController::API
  def create
    text, = Open3.capture2e("bash", stdin_data: request.raw_post)
    render plain: text
  end
end
RUBY
sed -i 's/^  get "up".*/&\n  post "inside", to: "inside#create"/' config/routes.rb
'@
    $Branch
}

function New-NeighbourFolder {
    # The sandbox's hosting.yml with a second app, both deployed from this branch.
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [string] $Branch, [string] $Cigar = '')

    $humidor = @'
apps:
  humidor:
    title: Humidor
    server: web1
    repository: git@git.sandbox.test:org/cigar.git
    branch: BRANCH
    domain: humidor.remoteds.us
    deployKey: deploy_key
    gitHostKeys:
      - PINNED-KEY
    secretsFile: secrets/humidor.env
    environment:
      RAILS_LOG_TO_STDOUT: "1"
    certificate:
      issuer: staging
      stagingServer: https://acme-staging.sandbox.test:15000/dir
'@ -creplace 'PINNED-KEY', (Get-Content -Raw -LiteralPath (Join-Path $Client 'git_known_hosts')).Trim() -creplace 'BRANCH', $Branch
    $folder = New-HostingFolder $Path -Edit @{ 'apps:' = $humidor; 'branch: main' = "branch: $Branch$Cigar" }
    $secrets = "SECRET_KEY_BASE=$('7a' * 32)", "DATABASE_PASSWORD=$HumidorMark", "HUMIDOR_SECRET=$HumidorMark"
    Set-Content -LiteralPath "$folder/secrets/humidor.env" $secrets
    $null = Invoke-Tool -Name chmod -ArgumentList '600', "$folder/secrets/humidor.env"
    $folder
}

function Restore-Neighbour {
    # web1 with cigar and humidor, deployed from the current folder's hosting.yml, and the attacker's tools in /srv/hostile. The
    # snapshot is made anew when the module or the sandbox is another.
    $module = Join-Path (Split-Path -Parent (Get-BuiltModulePath)) 'HostingDeploy.dll'
    $key = @($module, $Roots, (Join-Path $Client 'hosting.yml') | ForEach-Object { (Get-FileHash -LiteralPath $_).Hash }) -join '-'
    $there = $false
    try {
        $null = Invoke-Sandbox restore neighbours web1
        $there = (Invoke-Server 'cat /srv/hostile/deployed-with') -eq $key
    }
    catch {
        Write-Verbose "There is no snapshot to go back to: $_"
    }

    if (-not $there) {
        Reset-Server
        foreach ($app in 'cigar', 'humidor') {
            $null = Invoke-AppDeployment $app -Setup 6> $null
        }

        # A release to go back to.
        $null = Invoke-AppDeployment cigar -Branch main 6> $null
        $null = Invoke-AppDeployment cigar 6> $null
        $null = Invoke-Server "mkdir -p /srv/hostile; printf '%s\n' '$key' >/srv/hostile/deployed-with"
        $null = Invoke-Sandbox save neighbours web1
    }

    foreach ($tool in 'plant.pl', 'swap.pl', 'traps.pl') {
        $null = Invoke-Server "cat >/srv/hostile/$tool; chmod 755 /srv/hostile/$tool" -InputText (Get-Content -Raw -LiteralPath "$PSScriptRoot/$tool")
    }
}

function Get-Canary {
    # All that a deployment of cigar has no business with, a line a fact: owner, mode, kind and content of files, the neighbour's
    # database, PostgreSQL's roles, what nginx has, set-user-id files, and what belongs to cigar's users where nothing of theirs is.
    $text = Invoke-Server @'
export LC_ALL=C
not=(-path /root/trap -prune -o -path /root/trap.manifest -prune -o -path /root/.cache -prune -o -path /etc/hosting/cigar -prune -o)
there=$(ls -d /etc /root /home /usr/local /opt /srv /var/spool/cron /var/lib/systemd/linger /var/backups /var/www/humidor /var/lib/hosting/humidor 2>/dev/null || true)
find $there -xdev "${not[@]}" -printf '%p %y %m %u:%g %l\n'
find $there -xdev "${not[@]}" ! -path '/etc/passwd*' ! -path '/etc/group*' ! -path '/etc/shadow*' ! -path '/etc/gshadow*' -type f -exec sha256sum {} + | awk '{ print $2 " holds " $1 }'
for file in passwd group shadow gshadow; do grep -vE '^_?cigar:' "/etc/$file" | sed "s|^|/etc/$file line |"; done
find / /run /tmp /var/tmp /dev/shm -xdev -path /root/trap -prune -o -type f -perm /6000 -printf '%p set-id %m %u:%g\n' 2>/dev/null | sort -u
for user in cigar _cigar; do
  ! id -u "$user" >/dev/null 2>&1 || find / -xdev -path /root/trap -prune -o -user "$user" ! -path '/var/www/cigar/*' ! -path '/etc/hosting/cigar/*' ! -path '/tmp/*' ! -path '/var/tmp/*' -printf "%p is of $user\n"
done
echo "nginx $(nginx -T 2>/dev/null | sha256sum)"
psql() { runuser -u postgres -- psql -XAtq "$@"; }
psql -c "SELECT 'role ' || a::text FROM pg_authid a ORDER BY 1" -c "SELECT 'member ' || m::text FROM pg_auth_members m ORDER BY 1" \
  -c "SELECT 'database ' || datname || ' ' || pg_get_userbyid(datdba) || ' ' || coalesce(datacl::text, '') FROM pg_database ORDER BY 1" \
  -c "SELECT 'setting ' || s::text FROM pg_db_role_setting s ORDER BY 1"
echo "humidor's database $(runuser -u postgres -- pg_dump humidor_production | grep -vE '^(.(un)?restrict|--)' | sha256sum)"
'@
    @($text -split "`n" | Where-Object { $_ } | Sort-Object -CaseSensitive -Unique)
}

function Compare-Canary {
    # What is different, in lines that name it; what is expected of a path is left out by exactly that path.
    param([Parameter(Mandatory)] [string[]] $Before, [Parameter(Mandatory)] [string[]] $After, [hashtable] $Expected = $OfHandover)

    Compare-Object $Before $After -CaseSensitive |
        Where-Object { -not $Expected.ContainsKey(($_.InputObject -split ' ', 2)[0]) } |
        ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" }
}

function Set-Trap {
    # Traps of these names, armed anew.
    param([Parameter(Mandatory)] [string[]] $Name)

    $null = Invoke-Server 'perl /srv/hostile/traps.pl arm' -InputText (($Name -join "`n") + "`n")
}

function Get-Sprung {
    # What root did to traps.
    @((Invoke-Server 'perl /srv/hostile/traps.pl sprung') -split "`n" | Where-Object { $_ })
}

function Invoke-Attacker {
    # Runs a script as a user of the server, outside of any sandbox: as much as whoever took a process of that user over might get.
    param([Parameter(Mandatory)] [string] $Script, [string] $User = 'cigar', [string] $InputText = '')

    $encoded = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Script))
    Invoke-Server "ATTACK=`$(base64 -d <<<$encoded); exec runuser -u '$User' -- env -i PATH=/usr/bin:/bin HOME=/tmp ATTACK=`"`$ATTACK`" bash -c 'eval `"`$ATTACK`"'" -InputText $InputText
}

function Test-ServerUser {
    param([Parameter(Mandatory)] [string] $Name)

    (Invoke-Server "id -u '$Name' 2>/dev/null || true") -ne ''
}

function Invoke-Planting {
    # Plants this kind of thing in the place of each path, as each of the app's users, with a trap for each. The paths at which it
    # could be planted.
    param([Parameter(Mandatory)] [string] $Kind, [Parameter(Mandatory)] [string[]] $Path)

    Set-Trap ($Path | ForEach-Object { $_ -replace '^/var/www/cigar/' -replace '/', '+' })
    foreach ($user in 'cigar', '_cigar') {
        if (Test-ServerUser $user) {
            (Invoke-Attacker "perl /srv/hostile/plant.pl $Kind" -User $user -InputText (($Path -join "`n") + "`n")) -split "`n" | Where-Object { $_ }
        }
    }
}

function Start-Attack {
    # Runs a script as this user in the background, until Stop-Attack.
    param([Parameter(Mandatory)] [string] $Script, [string] $User = 'cigar')

    $encoded = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Script))
    $null = Invoke-Server "systemd-run --quiet --collect --unit=attack-`$RANDOM`$RANDOM --uid='$User' --setenv=ATTACK=$encoded bash -c 'eval `"`$(base64 -d <<<`"`$ATTACK`")`"'"
}

function Stop-Attack {
    $null = Invoke-Server 'systemctl stop "attack-*.service" 2>/dev/null || true'
}

function Invoke-Inside {
    # Runs a script inside the live Puma of an app, in the service's own sandbox, and gives back what it printed.
    param([Parameter(Mandatory)] [string] $Script, [string] $App = 'cigar')

    $name = if ($App -eq 'cigar') { $Domain } else { "$App.remoteds.us" }
    Invoke-Server "curl --silent --show-error --fail --max-time 60 --unix-socket /var/www/$App/live.sock -H 'Host: $name' -H 'X-Forwarded-Proto: https' -H 'Content-Type: text/plain' --data-binary @- http://$name/inside" -InputText $Script
}

function Invoke-Attempt {
    # Runs a command of the module with an end: its Name, the ErrorId and Message it failed with, or the ErrorId Hung when it had
    # to be stopped, and its Output.
    param([Parameter(Mandatory)] [string] $Command, [int] $Seconds = 90)

    $shell = [powershell]::Create()
    $attempt = [pscustomobject]@{ Name = $Command; ErrorId = $null; Message = $null; Output = @(); Seconds = 0 }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        $null = $shell.AddScript('param($Module, $Folder, $Command) $ErrorActionPreference = "Stop"; Import-Module $Module; Set-Location -LiteralPath $Folder; Invoke-Expression $Command').
            AddArgument((Get-BuiltModulePath)).AddArgument((Get-Location).ProviderPath).AddArgument($Command)
        $running = $shell.BeginInvoke()
        if ($running.AsyncWaitHandle.WaitOne([timespan]::FromSeconds($Seconds))) {
            $attempt.Output = @($shell.EndInvoke($running))
        }
        else {
            $shell.Stop()
            $attempt.ErrorId = 'Hung'
            $attempt.Message = "it did not end within $Seconds s"
        }
    }
    catch {
        $record = if ($_.Exception.InnerException -is [System.Management.Automation.IContainsErrorRecord]) { $_.Exception.InnerException.ErrorRecord } else { $_ }
        $attempt.ErrorId = $record.FullyQualifiedErrorId -replace ',.*'
        $attempt.Message = "$record"
    }
    finally {
        $attempt.Seconds = $clock.Elapsed.TotalSeconds
        $shell.Dispose()
    }

    $attempt
}

function Get-BadEnding {
    # The attempts that ended in no way that is meant: neither well nor with an error of their own.
    param([Parameter(Mandatory)] [object[]] $Attempt)

    $Attempt | Where-Object { $_.ErrorId -and $_.ErrorId -in 'Hung', 'StepFailed', 'RemoteCommandFailed', 'NotExpected' } |
        ForEach-Object { "$($_.Name): $($_.ErrorId): $($_.Message)" }
}
