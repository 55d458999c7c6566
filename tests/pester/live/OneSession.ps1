# What the tests of one session with many deployments in it share: eight light apps of one repository on one server, deployments in
# runspaces of their own, and how the server sees them. Needs Live.ps1.

function New-LightBranch {
    # A branch of the sample app without Rails in it: what a deployment does to it takes a moment, so that eight of them are about
    # deployments and not about Rails booting.
    $branch = New-BranchName
    $null = New-Commit 'As light as can be' -Branch $branch @'
version() { sed -n "s/^    $1 (\(.*\))$/\1/p" Gemfile.lock; }
cat >Gemfile.lock.new <<LOCK
GEM
  remote: https://rubygems.org/
  specs:
    nio4r ($(version nio4r))
    pg ($(version pg))
    puma ($(version puma))
      nio4r (~> 2.0)
    rack ($(version rack))
    rake ($(version rake))

$(sed -n '/^PLATFORMS/,/^$/p' Gemfile.lock)

DEPENDENCIES
  pg
  puma
  rack
  rake

$(sed -n '/^BUNDLED WITH/,$p' Gemfile.lock)
LOCK
mv Gemfile.lock.new Gemfile.lock
printf 'source "https://rubygems.org"\n%s\n' 'gem "pg"' 'gem "puma"' 'gem "rack"' 'gem "rake"' >Gemfile
cat >Rakefile <<'RUBY'
task "db:create" do
  require "pg"
  require "uri"
  url = URI(ENV.fetch("DATABASE_URL"))
  name = url.path.delete_prefix("/")
  url.path = "/postgres"
  server = PG.connect(url.to_s)
  if server.exec_params("SELECT 1 FROM pg_database WHERE datname = $1", [name]).none?
    server.exec("CREATE DATABASE #{server.quote_ident(name)}")
    puts "Created database '#{name}'"
  end
end
task "db:migrate"
RUBY
printf '%s\n' 'version = File.read(File.join(__dir__, "VERSION"))' 'run ->(_) { [200, { "Content-Type" => "text/plain" }, [version]] }' >config.ru
git rm -rq app bin db config/application.rb config/boot.rb config/environment.rb config/environments config/initializers config/routes.rb
'@
    $branch
}

function New-ManyFolder {
    # A hosting.yml with the apps app1, app2 … of this branch on the sandbox's server. In each of them a deployment stands still
    # before its gems as long as it is held (Suspend-App).
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [string] $Branch, [int] $Count = 8)

    $folder = New-HostingFolder $Path
    $key = (Get-Content -Raw -LiteralPath "$folder/git_known_hosts").Trim()
    $text = (Get-Content -Raw -LiteralPath "$folder/hosting.yml") -creplace '(?ms)^apps:.*', @"
x-light: &light
  server: web1
  repository: git@git.sandbox.test:org/cigar.git
  branch: $Branch
  deployKey: deploy_key
  gitHostKeys: ['$key']
  certificate: { issuer: staging, stagingServer: '$($Settings['SANDBOX_ACME_STAGING'])' }
  hooks: [{ before: Bundle, run: 'while [ -e log/wait ]; do sleep 0.05; done' }]
apps:

"@
    foreach ($number in 1..$Count) {
        $text += "  app${number}:`n    <<: *light`n    domain: app$number.remoteds.us`n    secretsFile: secrets/app$number.env`n"
        Set-Content -LiteralPath "$folder/secrets/app$number.env" "SECRET_KEY_BASE=$('7a' * 32)", "DATABASE_PASSWORD=$((New-Guid).ToString('N'))"
        $null = Invoke-Tool -Name chmod -ArgumentList '600', "$folder/secrets/app$number.env"
    }

    Set-Content -NoNewline -LiteralPath "$folder/hosting.yml" $text
    $folder
}

function Start-Pipeline {
    # A command of the module in a runspace of its own in this process, with what it is given; Wait-Pipeline tells how it ended.
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [scriptblock] $Command, [object[]] $ArgumentList)

    $shell = [powershell]::Create()
    $null = $shell.AddScript('param($Module, $Text, $List) $ErrorActionPreference = "Stop"; Import-Module $Module; & ([scriptblock]::Create($Text)) @List').
        AddArgument((Get-BuiltModulePath)).AddArgument("$Command").AddArgument($ArgumentList)
    [pscustomobject]@{ Name = $Name; Shell = $shell; Handle = $shell.BeginInvoke() }
}

function Start-Deployment {
    # Deploys an app in a runspace of its own.
    param([Parameter(Mandatory)] $App, [Parameter(Mandatory)] $Session, [hashtable] $Parameter = @{})

    Start-Pipeline "$App" { param($App, $Session, $Parameter) Invoke-AppDeployment $App -Session $Session @Parameter } -ArgumentList $App, $Session, $Parameter
}

function Get-Said {
    # The lines that a pipeline has said so far.
    param([Parameter(Mandatory)] $Pipeline)

    @($Pipeline.Shell.Streams.Information) | ForEach-Object { "$($_.MessageData)" }
}

function Wait-Pipeline {
    # How a pipeline ended: its Result, or the ErrorId and Message of its error (Stopped, when somebody stopped it; Hung, when it had
    # not ended by then), and the Lines it said.
    param([Parameter(Mandatory)] $Pipeline, [int] $Seconds = 180)

    $outcome = [pscustomobject]@{ Name = $Pipeline.Name; Result = $null; Status = $null; ErrorId = $null; Message = $null; Lines = @() }
    try {
        if ($Pipeline.Handle.AsyncWaitHandle.WaitOne([timespan]::FromSeconds($Seconds))) {
            $outcome.Result = @($Pipeline.Shell.EndInvoke($Pipeline.Handle))[0]
            $outcome.Status = "$($outcome.Result.Status)"
        }
        else {
            $outcome.ErrorId = 'Hung'
            $null = $Pipeline.Shell.BeginStop($null, $null)
        }
    }
    catch {
        $cause = $_.Exception.InnerException
        $record = if ($cause -is [System.Management.Automation.IContainsErrorRecord]) { $cause.ErrorRecord } else { $_ }
        $outcome.ErrorId = if ("$($Pipeline.Shell.InvocationStateInfo.State)" -eq 'Stopped') { 'Stopped' } else { $record.FullyQualifiedErrorId -replace ',.*' }
        $outcome.Message = "$record"
    }

    $outcome.Lines = @(Get-Said $Pipeline)
    if ($outcome.ErrorId -ne 'Hung') {
        $Pipeline.Shell.Dispose()
    }

    $outcome
}

function Suspend-App {
    # Holds the app's next deployment, or the one that is on its way there, before its gems.
    param([Parameter(Mandatory)] [string] $Name)

    $null = Invoke-Server "touch /var/www/$Name/shared/log/wait"
}

function Wait-Suspended {
    # Until its deployment stands still there.
    param([Parameter(Mandatory)] [string] $Name)

    $null = Invoke-Server "timeout 120 bash -c 'until grep -q `"^hook before Bundle`" /var/lib/hosting/$Name/lock; do sleep 0.02; done'"
}

function Resume-App {
    param([Parameter(Mandatory)] [string] $Name)

    $null = Invoke-Server "rm -f /var/www/$Name/shared/log/wait"
}

function Get-LockState {
    # How the server sees the locks and journals of these apps, an object each: whether the lock is free, the text in it, the
    # deployments that have begun and those that have ended.
    param([Parameter(Mandatory)] [string[]] $Name)

    $text = Invoke-Server @"
for app in $Name; do
  cd "/var/lib/hosting/`$app"
  free=`$(flock -n lock true && echo yes || echo no)
  echo "`$app `$free `$(base64 -w 0 lock) `$(sed -n 's/^{"deployment":"\([^"]*\)","kind":.*/\1/p' journal.jsonl | paste -sd,) `$(sed -n 's/^{"deployment":"\([^"]*\)","end":true}`$/\1/p' journal.jsonl | paste -sd,)"
done
"@
    foreach ($line in $text -split "`n") {
        $app, $free, $lock, $begun, $ended = $line -split ' '
        [pscustomobject]@{
            Name   = $app
            IsFree = $free -eq 'yes'
            Text   = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($lock))
            Begun  = @($begun -split ',')
            Ended  = @($ended -split ',')
        }
    }
}

function Wait-FreeLock {
    # Until nobody holds the lock of any of these apps, no longer than ten seconds.
    param([Parameter(Mandatory)] [string[]] $Name)

    $null = Invoke-Server "for app in $Name; do timeout 10 flock /var/lib/hosting/`$app/lock true || { echo `"`$app is still locked: `$(cat /var/lib/hosting/`$app/lock)`"; exit 1; }; done"
}

function Get-Scratch {
    # The folders that plans have on the server.
    Invoke-Server 'find /run -maxdepth 1 -name "hosting-plan.*" -printf "%f\n"'
}

function Get-ShellFolder {
    # The cgroup in which all shells of a session have theirs.
    param([Parameter(Mandatory)] $Session)

    (Invoke-RemoteCommand -Session $Session 'sed -n "s|^0::\(.*\)/hostingdeploy-[0-9]*$|/sys/fs/cgroup\1|p" /proc/self/cgroup')
}

function Stop-Shell {
    # Kills one of a session's shells on the server that holds a lock, the one with this number among them; the apps whose lock it
    # held.
    param([Parameter(Mandatory)] [string] $Folder, [Parameter(Mandatory)] [int] $Number)

    $text = Invoke-Server @"
holders=()
for shell in $Folder/hostingdeploy-*; do
  pid=`${shell##*-}
  held=`$(find "/proc/`$pid/fd" -lname '/var/lib/hosting/*/lock' -printf '%l\n' 2>/dev/null | cut -d/ -f5 | sort -u | paste -sd' ')
  [ -z "`$held" ] || holders+=("`$pid `$held")
done
chosen=`${holders[$Number % `${#holders[@]}]}
kill -KILL "`${chosen%% *}"
echo "`${chosen#* }"
"@
    -split $text
}
