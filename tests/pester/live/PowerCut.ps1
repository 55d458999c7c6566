# Ways to find out what a power cut leaves of a deployment. web1 lies on blocks of which a copy is made at an instant, while the
# deployment goes on: what the server had not written out by then is not in it. Booting from such a copy is the power cut.

# Seconds after a deployment said that it is complete, when nothing but what was waited for is on the disk; and how many moments
# by chance there are beside them.
$SinceFirst = 0, 5
$SinceUpdate = 0, 1, 2, 5, 8
$RandomCuts = [int]($env:HOSTINGDEPLOY_POWERCUTS ?? 2)

function Get-Cut {
    # The cuts of a deployment: the place of each among the instants that are chosen, and its name.
    param([Parameter(Mandatory)] [double[]] $Since)

    $number = 0
    foreach ($seconds in $Since) {
        @{ Number = $number++; Moment = "$seconds s after it was complete" }
    }

    for ($count = 1; $count -le $RandomCuts; $count++) {
        @{ Number = $number++; Moment = "at a moment by chance ($count)" }
    }
}

function Invoke-CopiedDeployment {
    # Deploys in a process of its own, and keeps the blocks of web1's disk whenever it says a line and a few times a second
    # besides, until ten seconds after its end. Gives back these instants: the copy's name, the seconds since the beginning and
    # since the deployment said that it is complete (nothing before), and the last line said until then.
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [string] $Arguments)

    $start = [System.Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$(Get-BuiltModulePath)'; Invoke-AppDeployment cigar $Arguments") {
        $start.ArgumentList.Add($argument)
    }

    $start.WorkingDirectory = $Client
    $start.RedirectStandardOutput = $true
    $start.StandardOutputEncoding = [System.Text.UTF8Encoding]::new($false)
    $said = [System.Collections.Generic.List[string]]::new()
    $instants = [System.Collections.Generic.List[object]]::new()
    $clock = $complete = $null
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        $reading = $process.StandardOutput.ReadLineAsync()
        while (-not $complete -or $complete.Elapsed.TotalSeconds -lt 10) {
            if ($reading -and $reading.Wait(150)) {
                if ($null -eq $reading.Result) {
                    if (-not $complete) {
                        throw "The deployment did not complete. It said:`n$($said -join "`n")"
                    }

                    $reading = $null
                    continue
                }

                $clock ??= [System.Diagnostics.Stopwatch]::StartNew()
                $said.Add($reading.Result)
                if ($reading.Result -like '🎉*complete!') {
                    $complete = [System.Diagnostics.Stopwatch]::StartNew()
                }

                $reading = $process.StandardOutput.ReadLineAsync()
            }
            elseif (-not $reading) {
                Start-Sleep -Milliseconds 150
            }

            if ($clock) {
                $instant = [pscustomobject]@{
                    Copy = "$Name-$($instants.Count)"
                    Seconds = $clock.Elapsed.TotalSeconds
                    Since = if ($complete) { $complete.Elapsed.TotalSeconds }
                    Said = $said[-1]
                }
                $null = Invoke-Sandbox copy $instant.Copy web1
                $instants.Add($instant)
            }
        }

        $process.WaitForExit()
    }
    finally {
        if (-not $process.HasExited) {
            $process.Kill()
        }

        $process.Dispose()
    }

    $instants
}

function Select-Instant {
    # The first instants at or after these seconds since the end, then as many others by chance as are asked for.
    param([Parameter(Mandatory)] [object[]] $Instant, [Parameter(Mandatory)] [double[]] $Since, [Parameter(Mandatory)] [int] $Seed)

    $chosen = @(foreach ($seconds in $Since) { $Instant | Where-Object { $null -ne $_.Since -and $_.Since -ge $seconds } | Select-Object -First 1 })
    $random = [System.Random]::new($Seed)
    $chosen
    $Instant | Where-Object { $_ -notin $chosen } | Sort-Object { $random.Next() } | Select-Object -First $RandomCuts | Sort-Object Seconds
}

function Format-Instant {
    param([Parameter(Mandatory)] $Instant)

    $since = if ($null -ne $Instant.Since) { ', {0:0.0} s after it was complete' -f $Instant.Since }
    '{0:0.0} s after the beginning{1}, after the line "{2}"' -f $Instant.Seconds, $since, $Instant.Said
}

function Get-RevisionAfterBoot {
    # The commit of the code that answers without anybody doing anything, or why none does.
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            return Get-ServedRevision
        }
        catch {
            if ($clock.Elapsed.TotalSeconds -gt 15) {
                return "none: $($_ -replace '(?s)^.*?:\n')"
            }

            Start-Sleep -Milliseconds 200
        }
    }
}

function Get-EmptyFile {
    # Files of 0 bytes under names that say something: written, and named before that was on the disk. Left out are those that
    # are empty on a whole server too: a lock, what jobs printed, lists of nothing.
    $empty = Invoke-Server @'
find /var/lib/hosting /etc/hosting /etc/nginx/sites-* /etc/systemd/system /etc/letsencrypt -type f -empty \
  ! -name lock ! -name '.*' ! -path '*/jobs/*' ! -path '*/releases/*/built' ! -path '*/releases/*/public' 2>/dev/null || true
'@
    @($empty -split "`n" | Where-Object { $_ } | ForEach-Object { "$_ is empty" })
}

function Get-RepositoryFault {
    # What git itself says of the app's repository. Git leaves files that it has not named yet.
    $faults = Invoke-Server @'
repo=/var/www/cigar/repo
runuser -u "$(stat -c %U "$repo")" -- git --git-dir="$repo" fsck --full --no-dangling 2>&1 | grep -E '^(error|fatal|missing|broken|bad|corrupt)' | head -n 3 || true
find "$repo" -type f -empty ! -name 'tmp_*' ! -name '*.lock' -printf '%P is empty\n' | head -n 3
'@
    @($faults -split "`n" | Where-Object { $_ } | ForEach-Object { "repository: $_" })
}

function Get-DeployedState {
    # What a deployment leaves, and the very content of each release, by its commit, and of the gems. A cut-off server comes to
    # the same as one that was never cut off.
    $content = Invoke-Server @'
cd /var/www/cigar
for release in releases/*/; do
  (cd "$release" && find . -type f ! -name '*manifest-*' ! -name '*.gz' -exec sha256sum {} + | sed "s/^/$(cut -c1-7 REVISION) /" | sort -k 3)
  find "$release" -type f -empty \( -name '*manifest-*' -o -name '*.gz' \) -printf 'empty: %P\n'
done
{ find bundle shared/bundle -path '*/ruby/*' -type f ! -path '*/cache/*' ! -name '*.log' ! -name gem_make.out -printf '%P %s\n' 2>/dev/null || true; } | sort
'@
    @(Get-ServerState) + @($content -split "`n")
}

function Get-JournalFault {
    # Whether what was deployed can still be told.
    param([Parameter(Mandatory)] [string] $Commit)

    try {
        $last = Get-AppDeployment cigar -First 1
        if ("$($last.Status) $($last.Commit)" -notin "Succeeded $Commit", "Unchanged $Commit") {
            "the journal ends with: $($last.Status) $($last.Commit)"
        }
    }
    catch {
        "the journal cannot be read: $_"
    }
}

function Get-ConvergenceFault {
    # One plain run puts everything right, and nobody would know that there was a power cut.
    param([Parameter(Mandatory)] [hashtable] $Parameter, [Parameter(Mandatory)] [string] $Commit, [Parameter(Mandatory)] [string[]] $Expected)

    try {
        $run = Invoke-Deployment $Parameter
    }
    catch {
        "the next run fails: $($_.FullyQualifiedErrorId): $("$_" -replace '\s+', ' ')"
        return
    }

    if ("$($run.Result.Status)" -notin 'Succeeded', 'Unchanged' -or $run.Result.Commit -ne $Commit) {
        "the next run ends with: $($run.Result.Status) $($run.Result.Commit)"
    }

    $served = Get-RevisionAfterBoot
    if ($served -ne $Commit) {
        "after the next run is served: $served"
    }
    elseif ((Get-Page) -notlike '*<li>Corona</li>*' -or (Get-Page) -notmatch 'href="(?<path>/assets/application-[0-9a-f]+\.css)"' -or -not (Get-Page $Matches['path'])) {
        'the page is not whole'
    }

    Get-RepositoryFault
    Get-EmptyFile
    Get-JournalFault -Commit $Commit
    Compare-State $Expected (Get-DeployedState) | Select-Object -First 12
    $failed = Invoke-Server 'systemctl list-units --failed --no-legend --plain'
    if ($failed) {
        "failed units: $failed"
    }

    $again = "$((Invoke-Deployment $Parameter).Result.Status)"
    if ($again -ne 'Unchanged') {
        "a run after the next one is $again"
    }
}
