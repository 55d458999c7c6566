# Clients of their own: processes that import the module and run a line each, at the same time as the test.

function Start-Client {
    # Runs a line of PowerShell in a process of its own, in the current folder. What it says and how it ends comes from
    # Wait-Client.
    param([Parameter(Mandatory)] [string] $Command)

    # One line of JSON at the end is its outcome; everything it prints before is what a person would see.
    $script = @"
Import-Module '$(Get-BuiltModulePath)'
`$outcome = @{ ErrorId = `$null; Message = `$null; Output = `$null }
try { `$outcome.Output = @($Command | ForEach-Object { "`$_" }) }
catch { `$outcome.ErrorId = `$_.FullyQualifiedErrorId; `$outcome.Message = "`$_" }
'OUTCOME ' + (ConvertTo-Json -Compress `$outcome)
"@
    $start = [System.Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $script) {
        $start.ArgumentList.Add($argument)
    }

    $start.WorkingDirectory = (Get-Location).ProviderPath
    $start.RedirectStandardOutput = $true
    $start.StandardOutputEncoding = [System.Text.UTF8Encoding]::new($false)
    $process = [System.Diagnostics.Process]::Start($start)
    [pscustomobject]@{ Process = $process; Text = $process.StandardOutput.ReadToEndAsync() }
}

function Wait-Client {
    # The outcome of a client: ErrorId and Message of the error it ended with, its Output, the Lines it said.
    param([Parameter(Mandatory)] $Client, [int] $Seconds = 180)

    if (-not $Client.Process.WaitForExit($Seconds * 1000)) {
        $Client.Process.Kill()
        throw "A client did not end within $Seconds s."
    }

    $lines = $Client.Text.Result -split "`n"
    $last = @($lines | Where-Object { $_ -like 'OUTCOME *' })
    $Client.Process.Dispose()
    if ($last.Count -ne 1) {
        throw "A client ended without an outcome. It said:`n$($lines -join "`n")"
    }

    $outcome = ConvertFrom-Json ($last[0] -replace '^OUTCOME ')
    $outcome | Add-Member -NotePropertyName Lines -NotePropertyValue @($lines | Where-Object { $_ -notlike 'OUTCOME *' }) -PassThru
}

function Wait-Server {
    # Until a condition holds on the server, no longer than two minutes: this machine may be busy.
    param([Parameter(Mandatory)] [string] $Condition)

    $null = Invoke-Server "timeout 120 bash -c 'until $Condition; do sleep 0.02; done'"
}
