# What the live tests share: the sandbox's server web1, ways to look at it, and the deployment under test.
# Every file begins with a server of its own making (Reset-Server, Restore-DeployedServer), so that files need no order.

. "$PSScriptRoot/../Module.ps1"

# The functions below look at exit codes themselves.
$PSNativeCommandUseErrorActionPreference = $false

$Sandbox = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../sandbox/sandbox.sh")
$SandboxState = if ($env:HOSTINGDEPLOY_SANDBOX) { $env:HOSTINGDEPLOY_SANDBOX } else { '/var/lib/hostingdeploy-sandbox' }
$Client = Join-Path $SandboxState 'client'

# The sandbox tells shells where everything is; the same names serve here.
$Settings = @{}
foreach ($line in Get-Content -LiteralPath (Join-Path $Client 'env.sh')) {
    if ($line -match '^export (?<name>\w+)=(?<value>.*)$') {
        $Settings[$Matches['name']] = $Matches['value']
    }
}

$Domain = $Settings['SANDBOX_DOMAIN']
$Address = $Settings['SANDBOX_WEB1_ADDRESS']
$NoAddress = $Address -replace '\d+$', '250' # of the sandbox's network, and nobody's
$Roots = $Settings['SANDBOX_ACME_ROOTS']

# What deployments write to. /run, /tmp and logs change by themselves.
$WatchedFolders = '/etc /var/www /var/lib/hosting /usr/local /opt /root /home'

function Invoke-Tool {
    # Runs a program and gives back what it wrote to stdout, as one text. When it fails, the error holds all it wrote.
    param([Parameter(Mandatory)] [string] $Name, [object[]] $ArgumentList, [string] $InputText = '', [string] $What = "$Name $ArgumentList")

    $output = @($InputText | & $Name @ArgumentList 2>&1)
    if ($LASTEXITCODE -ne 0) {
        throw "$What failed with exit code ${LASTEXITCODE}:`n$($output -join "`n")"
    }

    @($output | Where-Object { $_ -is [string] }) -join "`n"
}

function Invoke-Sandbox {
    # Runs a verb of the sandbox and gives back what it printed.
    if ($args[0] -in 'reset', 'restore', 'reboot', 'crash', 'save', 'powercut') {
        Disconnect-Server
    }

    Invoke-Tool -Name $Sandbox -ArgumentList $args
}

function Get-SshArgument {
    # One login serves all commands for a host: looking is most of what these tests do.
    param([Parameter(Mandatory)] [string] $HostName)

    '-F', $Settings['SANDBOX_SSH_CONFIG'], '-o', "ControlPath=$(Join-Path ([System.IO.Path]::GetTempPath()) "hostingdeploy-$PID-$HostName")", $HostName
}

function Connect-Server {
    # The login that stays, until nobody has used it for a while. Its own output goes nowhere: it would hold a pipe open.
    param([Parameter(Mandatory)] [string] $HostName)

    $arguments = Get-SshArgument $HostName
    if (-not (Test-Path -LiteralPath ($arguments[3] -replace '^ControlPath='))) {
        $script = 'exec ssh -o ConnectTimeout=30 -o ControlMaster=yes -o ControlPersist=20 "$@" true </dev/null >/dev/null 2>&1'
        $null = Invoke-Tool -Name bash -ArgumentList (@('-c', $script, 'ssh') + $arguments) -What "The login to $HostName"
    }
}

function Disconnect-Server {
    # Before web1 goes: a login to what is no more would answer nothing.
    $arguments = Get-SshArgument 'web1'
    $null | ssh -O exit @arguments *> $null
}

function Invoke-Server {
    # Runs a shell script as root on a host of the sandbox, with the input on its stdin, and gives back what it printed.
    param([Parameter(Mandatory)] [string] $Script, [string] $InputText = '', [string] $HostName = 'web1')

    Connect-Server $HostName
    $arguments = @(Get-SshArgument $HostName) + "set -euo pipefail; cd /`n$Script"
    Invoke-Tool -Name ssh -ArgumentList $arguments -InputText $InputText -What "On $HostName this script"
}

function Reset-Server {
    # web1 as an operator hands it over: nothing of any app on it.
    $null = Invoke-Sandbox reset web1
}

function Restore-DeployedServer {
    # web1 with cigar deployed from the branch main by the module under test. The snapshot is made anew when the module or the
    # sandbox is another than the one that it was made with.
    $module = Join-Path (Split-Path -Parent (Get-BuiltModulePath)) 'HostingDeploy.dll'
    $key = @($module, $Roots, (Join-Path $Client 'hosting.yml') | ForEach-Object { (Get-FileHash -LiteralPath $_).Hash }) -join '-'
    try {
        $null = Invoke-Sandbox restore deployed web1
        if ((Invoke-Server 'cat /root/deployed-with') -eq $key) {
            return
        }
    }
    catch {
        Write-Verbose "There is no snapshot to go back to: $_"
    }

    Reset-Server
    Push-Location $Client
    try {
        $null = Invoke-AppDeployment cigar -Setup 6> $null
    }
    finally {
        Pop-Location
    }

    $null = Invoke-Server "printf '%s\n' '$key' >/root/deployed-with"
    $null = Invoke-Sandbox save deployed web1
}

function New-Commit {
    # A commit in the app's repository; its hash. Without a snippet it changes the file VERSION alone.
    param([Parameter(Mandatory)] [string] $Message, [string] $Branch = 'main', [string] $Snippet)

    $arguments = @('commit', $Message, '--branch', $Branch)
    if ($Snippet) {
        $arguments += $Snippet
    }

    Invoke-Sandbox @arguments
}

function New-BranchName {
    # No two runs share a branch, so that what one commits never meets another.
    "live-$((New-Guid).ToString('N').Substring(0, 12))"
}

function Get-BranchHead {
    # The newest commit of a branch of the app's repository.
    param([string] $Name = 'main')

    Invoke-Server "runuser -u git -- git -C /srv/git/org/cigar.git rev-parse --verify 'refs/heads/$Name'" -HostName hub
}

function Remove-Branch {
    param([Parameter(Mandatory)] [string[]] $Name)

    foreach ($branch in $Name) {
        $null = Invoke-Server "runuser -u git -- git -C /srv/git/org/cigar.git update-ref -d 'refs/heads/$branch'" -HostName hub
    }
}

function New-HostingFolder {
    # A copy of the sandbox's hosting.yml, with its keys and secrets, in which texts are replaced by others, each exactly once.
    # A text that is not there ends the test: it would try something else than it says.
    param([Parameter(Mandatory)] [string] $Path, [hashtable] $Edit = @{}, [string] $Secrets)

    $null = Invoke-Tool -Name cp -ArgumentList '-a', '--', $Client, $Path

    $file = Join-Path $Path 'hosting.yml'
    $text = Get-Content -Raw -LiteralPath $file
    foreach ($old in $Edit.Keys) {
        $at = $text.IndexOf($old, [System.StringComparison]::Ordinal)
        if ($at -lt 0 -or $text.IndexOf($old, $at + 1, [System.StringComparison]::Ordinal) -ge 0) {
            throw "The sandbox's hosting.yml does not hold this text exactly once: $old"
        }

        $text = $text.Remove($at, $old.Length).Insert($at, $Edit[$old])
    }

    Set-Content -NoNewline -LiteralPath $file $text
    if ($PSBoundParameters.ContainsKey('Secrets')) {
        Set-Content -NoNewline -LiteralPath (Join-Path $Path 'secrets/cigar.env') $Secrets
    }

    $Path
}

function Get-Secret {
    # The values of the sandbox's secrets, and the form they have in a URL where it is another.
    Get-Content -LiteralPath (Join-Path $Client 'secrets/cigar.env') | ForEach-Object {
        $value = ($_ -split '=', 2)[1]
        $value, [uri]::EscapeDataString($value) | Get-Unique
    }
}

function Invoke-Deployment {
    # The deployment of cigar that the current folder's hosting.yml asks for, with the lines it said.
    param([hashtable] $Parameter = @{})

    $deployment = Invoke-AppDeployment cigar @Parameter -InformationVariable said 6> $null
    [pscustomobject]@{ Result = $deployment; Lines = @($said | ForEach-Object { "$($_.MessageData)" }) }
}

function Get-Step {
    # One step of a deployment.
    param([Parameter(Mandatory)] $Deployment, [Parameter(Mandatory)] [string] $Name)

    $step = @($Deployment.Steps | Where-Object { "$($_.Step)" -eq $Name })
    if ($step.Count -ne 1) {
        throw "The deployment took the step $Name $($step.Count) times."
    }

    $step[0]
}

function Get-Failure {
    # The one error a command ends with. None or several are a failure of their own.
    param([Parameter(Mandatory)] [scriptblock] $Command)

    $failures = [System.Collections.Generic.List[object]]::new()
    try {
        & $Command 2>&1 6> $null | ForEach-Object { if ($_ -is [System.Management.Automation.ErrorRecord]) { $failures.Add($_) } }
    }
    catch {
        $failures.Add($_)
    }

    if ($failures.Count -ne 1) {
        throw "Expected one error of '$Command', got $($failures.Count): $($failures -join '; ')"
    }

    $failures[0]
}

function Get-Page {
    # A page of the app the way a visitor's browser gets it: over HTTPS, with the certificate verified.
    param([string] $Path = '/', [string] $RootFile = $Roots, [string[]] $Option = @())

    $arguments = @('--silent', '--show-error', '--fail', '--max-time', '30', '--cacert', $RootFile, '--resolve', "${Domain}:443:$Address") + $Option
    Invoke-Tool -Name curl -ArgumentList ($arguments + "https://$Domain$Path")
}

function Get-PageAfterReload {
    # The same, right after nginx was made to reload: it closes what came to the workers that go, and a browser asks again.
    param([string] $Path = '/', [string] $RootFile = $Roots)

    Get-Page $Path -RootFile $RootFile -Option '--retry', '2', '--retry-delay', '1', '--retry-all-errors'
}

function Get-ServedRevision {
    # The commit of the code that answers.
    if ((Get-Page '/version') -notmatch 'revision=(?<revision>\w+)') {
        throw 'The app does not tell its revision.'
    }

    $Matches['revision']
}

function Get-LivePuma {
    # Slot, process and start of the Puma that serves.
    $slot = Invoke-Server "basename `"`$(readlink /var/www/cigar/live.sock)`" .sock"
    $values = Invoke-Server "systemctl show puma-cigar@$slot -p MainPID -p ActiveState -p ExecMainStartTimestampMonotonic"
    $puma = @{ Slot = $slot }
    foreach ($line in $values -split "`n") {
        $name, $value = $line -split '=', 2
        $puma[$name] = $value
    }

    [pscustomobject]$puma
}

function Get-PumaEnvironment {
    # The variables of the live Puma's process by name, byte for byte.
    $id = (Get-LivePuma).MainPID
    $bytes = [Convert]::FromBase64String((Invoke-Server "base64 --wrap=0 /proc/$id/environ"))
    $variables = @{}
    foreach ($entry in [System.Text.UTF8Encoding]::new($false, $true).GetString($bytes).TrimEnd("`0") -split "`0") {
        $name, $value = $entry -split '=', 2
        $variables[$name] = $value
    }

    $variables
}

function Get-JobCount {
    # How often a job (bundle, migrate, assets) was started on the server since it booted.
    param([Parameter(Mandatory)] [string] $Name)

    [int](Invoke-Server "journalctl -b --no-pager -o cat _PID=1 | grep -cE '^Started hosting-cigar.$Name\.service' || true")
}

function Set-Marker {
    # The moment from which Get-ChangedFile counts.
    $null = Invoke-Server 'touch /run/live-marker; sleep 0.02'
}

function Get-ChangedFile {
    # Files and folders of the server that were made, written or changed since the marker, by content or by attributes.
    param([string] $Folder = $WatchedFolders)

    Invoke-Server "there=`$(ls -d $Folder 2>/dev/null || true)`nfind `$there -xdev \( -newer /run/live-marker -o -newercm /run/live-marker \) ! -path /root/.ssh ! -path '/root/.cache*' | sort"
}

function Get-DiskState {
    # All of web1's disk that is not as its image or snapshot had it, byte for byte, a line a file; of PostgreSQL what it holds
    # and not how. Left out are logs and what systemd keeps for itself.
    $script = 'cd "$1"; not=(! -path "./var/log*" ! -path "./run*" ! -path "./var/lib/postgresql*" ! -path "./var/lib/systemd*")
        find . "${not[@]}" -printf "%p %y %m %u:%g %l\n" | sort; find . -type f "${not[@]}" -print0 | sort -z | xargs -0r sha256sum'
    $disk = Invoke-Tool -Name bash -ArgumentList '-c', $script, 'disk', (Join-Path $SandboxState 'hosts/web1/upper')
    $data = Invoke-Server @'
if ! pg_isready -q; then
    echo 'are down'
elif dump=$(runuser -u postgres -- pg_dumpall 2>&1); then
    grep -vE '^(.(un)?restrict|--|$)' <<<"$dump" | sha256sum
else
    # Its administrator is kept out.
    printf '%s\n' "$dump"
fi
'@
    @($disk -split "`n") + "databases $data"
}

function Compare-State {
    # The lines that one of two states of the server has and the other has not.
    param([Parameter(Mandatory)] [string[]] $Expected, [Parameter(Mandatory)] [string[]] $Actual)

    Compare-Object $Expected $Actual | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" }
}

function Get-ServerState {
    # All that deploying cigar leaves on the server, in lines that are the same for the same outcome: left out are caches, names
    # with the moment of the deployment in them, and the lock and the journal, which are about deployments and not the app.
    $state = Invoke-Server @'
section() { printf '\n## %s\n' "$1"; }
section 'user'; getent passwd cigar _cigar | cut -d: -f1,6,7; id -nG cigar; id -nG _cigar
section 'configuration'
find /etc/hosting -printf '%p %y %m %u:%g\n' | sort
find /etc/hosting -type f | sort | xargs sha256sum
section 'units'
find /etc/systemd/system -name '*cigar*' -printf '%p %y %m %u:%g %l\n' | sort
find /etc/systemd/system -name '*cigar*' -type f | sort | xargs sha256sum
systemctl list-units --no-legend --plain '*cigar*' | awk '{ print $1, $2, $3, $4 }' | sort
section 'nginx'
find /etc/nginx -name '*cigar*' -printf '%p %y %m %u:%g %l\n' | sort
sha256sum /etc/nginx/sites-available/cigar
nginx -T 2>/dev/null | sha256sum
section 'certificate'
ls /etc/letsencrypt/live/cigar
sed -n 's/^server = //p' /etc/letsencrypt/renewal/cigar.conf
sed -n 's/^authenticator = //p' /etc/letsencrypt/renewal/cigar.conf
openssl x509 -in /etc/letsencrypt/live/cigar/fullchain.pem -noout -ext subjectAltName | grep DNS:
section 'release'
release=$(basename "$(readlink /var/www/cigar/current)")
nameless() { sed -e "s/$release/RELEASE/g" -e 's/manifest-[0-9a-f]*/manifest/g'; }
find /var/www/cigar -maxdepth 2 ! -path '/var/www/cigar/repo/*' ! -path '/var/www/cigar/build/*' -printf '%p %y %m %u:%g %l\n' | nameless | sort
cd /var/www/cigar/current/
find . -printf '%p %y %m %u:%g %l\n' | nameless | sort
find . -type f ! -name '*manifest-*' ! -name '*.gz' | sort | xargs sha256sum
cd /var/www/cigar/bundle
find . -path '*/gems/*' -maxdepth 4 -printf '%p %m %u:%g\n' | sort
section 'database'
runuser -u postgres -- psql -XAtqc "SELECT rolname, rolcanlogin, rolcreatedb, rolsuper, rolpassword FROM pg_authid WHERE rolname LIKE 'cigar%'"
runuser -u postgres -- psql -XAtqc "SELECT datname, pg_get_userbyid(datdba) FROM pg_database ORDER BY 1"
runuser -u postgres -- pg_dump --schema-only cigar_management_system_production | grep -vE '^(\\(un)?restrict|--|$)'
runuser -u postgres -- psql -XAtqd cigar_management_system_production -c 'SELECT id, name FROM cigars ORDER BY id' -c 'SELECT version FROM schema_migrations ORDER BY 1'
section 'state'
find /var/lib/hosting ! -path '*/jobs/*' ! -path '*/bundles/*' ! -name lock ! -name journal.jsonl ! -name retired-ids -printf '%p %y %m %u:%g\n' | nameless | sort
'@
    $state -split "`n" | Where-Object { $_ }
}

function Stop-DeploymentAt {
    # Deploys in a process of its own and kills that process (SIGKILL) as soon as it has said a line like the one given; with
    # -Then, once that script has come to its end on the server. Gives back all lines up to there.
    param([Parameter(Mandatory)] [string[]] $Line, [Parameter(Mandatory)] [string] $Arguments, [string] $Then)

    $module = Get-BuiltModulePath
    $start = [System.Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$module'; Invoke-AppDeployment cigar $Arguments") {
        $start.ArgumentList.Add($argument)
    }

    $start.WorkingDirectory = $Client
    $start.RedirectStandardOutput = $true
    $start.StandardOutputEncoding = [System.Text.UTF8Encoding]::new($false)
    $process = [System.Diagnostics.Process]::Start($start)
    $lines = [System.Collections.Generic.List[string]]::new()
    try {
        do {
            $said = $process.StandardOutput.ReadLine()
            if ($null -eq $said) {
                throw "The deployment ended without a line like '$($Line -join "' or '")'. It said:`n$($lines -join "`n")"
            }

            $lines.Add($said)
        } until ($Line | Where-Object { $said -like $_ })

        if ($Then) {
            $null = Invoke-Server $Then
        }
    }
    finally {
        $process.Kill()
        $process.WaitForExit()
        $exitCode = $process.ExitCode
        $process.Dispose()
    }

    if ($exitCode -ne 137) {
        throw "The deployment was to be killed, but had already ended with exit code $exitCode."
    }

    $lines
}
