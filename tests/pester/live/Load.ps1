# Visitors of the app while something is done to it: load.py on the hub, which has processors of its own only as far as this
# machine has them.

function Start-Load {
    # Requests to the app from now on: so many a second, each on a connection of its own, and so many visitors who keep theirs. Far fewer
    # than this machine could answer, with client, server and visitors on it: this is about handing over, not about capacity.
    param([int] $Rate = 30, [int] $Kept = 4, [string[]] $Path = @('/version', '/version', '/'))

    # A server that a test has just got from a snapshot boots its Puma still, and the first page is the slowest: that is no handover.
    $null = Invoke-Server @"
for try in {1..300}; do
  answered=yes
  for path in $Path; do
    [ "`$(curl -s -m 5 -o /dev/null -w '%{http_code}' -H 'Host: $Domain' -H 'X-Forwarded-Proto: https' --unix-socket /var/www/cigar/live.sock http://localhost`$path)" = 200 ] || answered=
  done
  [ -z "`$answered" ] || exit 0
  sleep 0.1
done
echo 'the app does not answer' >&2
exit 1
"@
    $null = Invoke-Server 'cat >/run/load.py' -InputText (Get-Content -Raw -LiteralPath "$PSScriptRoot/load.py") -HostName hub
    $null = Invoke-Server 'cat >/run/load-roots.pem' -InputText (Get-Content -Raw -LiteralPath $Roots) -HostName hub
    $start = [System.Diagnostics.ProcessStartInfo]::new('ssh')
    foreach ($argument in @('-F', $Settings['SANDBOX_SSH_CONFIG'], 'hub', "python3 /run/load.py $Address $Domain /run/load-roots.pem $Rate $Kept $Path")) {
        $start.ArgumentList.Add($argument)
    }

    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)

    # So that whatever is done next is done to an app that has visitors.
    Start-Sleep -Milliseconds 700
    $process
}

function Stop-Load {
    # Lets the last requests end, and gives back what the visitors saw.
    param([Parameter(Mandatory)] $Load)

    $Load.StandardInput.Close()
    $lines = @($Load.StandardOutput.ReadToEnd() -split "`n" | Where-Object { $_ })
    $Load.WaitForExit()
    $seen = [pscustomobject]@{ Requests = 0; Slowest = 0; Retries = 0; Late = 0; Slow = [System.Collections.Generic.List[string]]::new(); Revisions = @{}; Failures = [System.Collections.Generic.List[string]]::new() }
    foreach ($line in $lines) {
        $name, $value = $line -split ' ', 2
        switch ($name) {
            'slow' { $seen.Slow.Add($value) }
            'failure' { $seen.Failures.Add($value) }
            'revision' { $seen.Revisions[($value -split ' ')[0]] = [int]($value -split ' ')[1] }
            default { $seen.$name = [int]$value }
        }
    }

    if ($seen.Requests -eq 0) {
        throw "There were no visitors (exit code $($Load.ExitCode))."
    }

    Write-Verbose "$seen" -Verbose:$($env:HOSTINGDEPLOY_TEST_VERBOSE -eq '1')
    $seen
}

function Assert-Unnoticed {
    # No visitor saw an error, none waited longer than half a second, and those who keep their connection kept it.
    param([Parameter(Mandatory)] $Seen, [int] $Requests, [int] $Milliseconds = 500)

    $Seen.Failures | Should -BeNullOrEmpty
    $Seen.Requests | Should -BeGreaterOrEqual $Requests
    $Seen.Slowest | Should -BeLessThan $Milliseconds -Because "nobody has to wait (asked $($Seen.Requests) times, $($Seen.Late) ms late at worst; $($Seen.Slow.Count) answers took long: $(($Seen.Slow | Select-Object -First 10) -join ', '))"
    $Seen.Retries | Should -Be 0 -Because 'a kept connection is not closed'
}
