# Proves: whatever is deployed, and however that ends, no visitor of the running app sees an error or has to wait.

BeforeDiscovery {
    # A release runs docs/boot.rb when it boots: a folder of which the assets take no notice, so that Puma is the first to.
    $unfit = @(
        @{ Name = 'crashes at boot'; Boot = 'raise "no boot today, at nice value #{Process.getpriority(Process::PRIO_PROCESS, 0)}"'; Reason = 'it stopped while starting*'; Output = '*no boot today, at nice value 10*' }
        @{ Name = 'hangs at boot'; Boot = 'sleep'; Reason = 'it did not answer within 5 s*'; Output = '*Puma starting*'; Timeout = 5 }
        @{ Name = 'answers 500'; Boot = 'config.to_prepare { HealthController.define_method(:up) { raise "no health today" } }'; Reason = 'it answered 500 instead of 200*'; Output = '*no health today*' }
        @{ Name = 'allows another host alone'; Boot = 'config.hosts << "other.example"'; Reason = 'it answered 403: host authorization (config.hosts) does not know cigars.remoteds.us*' }
        @{ Name = 'redirects to another host'; Boot = 'config.to_prepare { HealthController.before_action { head :moved_permanently, location: "https://www.example.org/up" } }'; Reason = 'it answered 301, a redirect to https://www.example.org/up:*' }
        @{ Name = 'forces TLS and does not see it'; Boot = 'config.force_ssl = true; config.middleware.insert_before(0, Class.new { def initialize(app) = @app = app; def call(env) = @app.call(env.merge("HTTP_X_FORWARDED_PROTO" => "http", "rack.url_scheme" => "http")) })'; Reason = 'it answered 301, a redirect to https://cigars.remoteds.us/up: force_ssl*' }
        @{ Name = 'has no such page'; Boot = 'config.to_prepare { HealthController.define_method(:up) { head :not_found } }'; Reason = 'it answered 404: there is no route /up*' }
        @{ Name = 'lacks a gem'; Boot = 'require "no_such_gem"'; Reason = 'it stopped while starting (a gem or file is missing)*'; Output = '*cannot load such file -- no_such_gem*' }
        @{ Name = 'lacks a setting'; Boot = 'ENV.fetch("STRIPE_KEY")'; Reason = 'it stopped while starting (a secret or setting is missing: STRIPE_KEY)*'; Output = '*STRIPE_KEY*' }
        @{ Name = 'lacks its secret key'; Boot = 'ENV.delete("SECRET_KEY_BASE")'; Reason = '*(a secret is missing)*'; Output = '*secret_key_base*' }
        @{ Name = 'wants a port that is taken'; Boot = 'require "socket"; TCPServer.new("127.0.0.1", 5432)'; Reason = 'it stopped while starting (its address is in use already)*'; Output = '*Address already in use*' }
        @{ Name = 'wants more memory than there is'; Boot = '"x" * (1 << 45)'; Reason = 'it stopped while starting (out of memory)*'; Output = '*NoMemoryError*' }
        @{ Name = 'is killed at boot'; Boot = 'Process.kill(:KILL, Process.pid)'; Reason = 'it stopped while starting (killed by SIGKILL, perhaps for want of memory*' }
        @{ Name = 'does not reach its database'; Boot = 'ENV["DATABASE_URL"] = "postgresql://cigar@127.0.0.1:1/cigar"'; Reason = 'it answered 500 instead of 200 (the database cannot be reached)*' }
    )
}

Describe 'The visitors of a running app' -Tag Live, Alone {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Load.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        Push-Location $Client

        function Wait-OldPuma {
            # One Puma is left.
            $null = Invoke-Server 'for i in {1..300}; do [ "$(systemctl list-units --state=active,deactivating --no-legend --plain "puma-cigar@*.service" | wc -l)" -gt 1 ] || exit 0; sleep 0.1; done; exit 1'
        }
    }

    AfterAll {
        Pop-Location
    }

    Context 'during ten updates in a row' {
        BeforeAll {
            $load = Start-Load
            $commits = foreach ($number in 1..10) {
                New-Commit "Update $number"
                $null = Invoke-Deployment
            }

            $seen = Stop-Load $load
        }

        It 'notice nothing' {
            Assert-Unnoticed $seen -Requests 1000
        }

        It 'are served by a Puma that has the processors first again' {
            # All threads of the Puma that stepped back while it booted.
            Invoke-Server "ps -L -o ni= -p $((Get-LivePuma).MainPID) | sort -u | tr -d ' '" | Should -Be '0'
        }

        It 'are served each of the ten releases' {
            $seen.Revisions.Keys | Should -HaveCount 11
            $commits | Where-Object { -not $seen.Revisions[$_] } | Should -BeNullOrEmpty
            Get-ServedRevision | Should -Be $commits[-1]
        }
    }

    Context 'during rollbacks' {
        BeforeAll {
            $commit, $before = @(Get-AppRelease cigar | Where-Object { "$($_.State)" -in 'Live', 'Good' } | Select-Object -First 2).Commit
            $load = Start-Load
            foreach ($number in 1..10) {
                $null = Undo-AppDeployment cigar -Confirm:$false 6> $null
                $back = Get-ServedRevision
                $null = Invoke-Deployment
            }

            $seen = Stop-Load $load
        }

        It 'notice nothing' {
            Assert-Unnoticed $seen -Requests 1000
        }

        It 'are served the release before, and the next one again' {
            $back | Should -Be $before
            @($seen.Revisions.Keys | Sort-Object) | Should -Be @($before, $commit | Sort-Object)
            Get-ServedRevision | Should -Be $commit
        }
    }

    Context 'when the new release' {
        BeforeAll {
            $branch = New-BranchName
            $null = New-Commit 'Runs docs/boot.rb' -Branch $branch 'echo "load \"#{__dir__}/../../docs/boot.rb\"" >>config/environments/production.rb; mkdir docs; touch docs/boot.rb'
            $healthy = (Invoke-Deployment @{ Branch = $branch }).Result
            $puma = Get-LivePuma
            $impatient = New-HostingFolder (Join-Path $TestDrive 'impatient') -Edit @{ 'branch: main' = "branch: main`n    health:`n      timeoutSeconds: 5" }
            $load = Start-Load
        }

        AfterAll {
            Remove-Branch $branch
        }

        It '<Name>, are told nothing, and the operator why' -ForEach $unfit {
            $null = New-Commit $Name -Branch $branch "cat >docs/boot.rb <<'RUBY'`nRails.application.configure do`n$Boot`nend`nRUBY"
            Push-Location $(if ($Timeout) { $impatient } else { $Client })
            try {
                $failure = Get-Failure { Invoke-AppDeployment cigar -Branch $branch }
            }
            finally {
                Pop-Location
            }

            $failure.FullyQualifiedErrorId | Should -BeLike 'AppNotHealthy,*'
            "$($failure.TargetObject)" | Should -Be 'web1: Start of cigar'
            $because = [WildcardPattern]::Escape('is not healthy, the running app was not touched: ') + ($Reason -replace '[()]', '[$0]')
            $failure.Exception.Message | Should -BeLike "*$because"
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Invoke-AppDeployment cigar*'
            if ($Output) {
                $failure.Exception.Output -join "`n" | Should -BeLike $Output
            }

            Invoke-Server 'systemctl list-units --state=active --no-legend --plain "puma-cigar@*" | wc -l' | Should -Be '2' -Because 'one Puma and its socket are left'
        }

        It 'fails in whatever way, notice nothing' {
            Assert-Unnoticed (Stop-Load $load) -Requests 1000
            (Get-LivePuma).MainPID | Should -Be $puma.MainPID
            Get-ServedRevision | Should -Be $healthy.Commit
            Invoke-Server 'systemctl list-units --failed --no-legend --plain' | Should -BeNullOrEmpty
        }
    }

    Context 'who are in the middle of something' {
        BeforeAll {
            # More requests than Puma has threads, so that some wait in its socket; and an upload that takes its time.
            $before = Get-ServedRevision
            $version = (Get-Page '/version') -replace ' .*'
            $out = (New-Item -ItemType Directory (Join-Path $TestDrive 'slow')).FullName
            $options = "--silent --show-error --max-time 60 --cacert $Roots --resolve ${Domain}:443:$Address"
            $requests = "for i in {1..8}; do curl $options -o $out/`$i 'https://$Domain/slow?seconds=5' 2>>$out/errors & done"
            $upload = "(printf 'name='; for i in {1..12}; do printf x; sleep 1; done) | curl $options -X POST -H 'Content-Type: application/x-www-form-urlencoded' -H 'Content-Length: 17' -H 'Expect:' -T - -o /dev/null -w '%{http_code}' https://$Domain/cigars >$out/upload 2>>$out/errors"
            $commit = New-Commit 'Meanwhile'
            $old = Get-LivePuma
            $start = [System.Diagnostics.ProcessStartInfo]::new('bash')
            $start.ArgumentList.Add('-c')
            $start.ArgumentList.Add("$requests`n$upload & wait")
            $visitors = [System.Diagnostics.Process]::Start($start)
            Start-Sleep -Milliseconds 500
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $run = Invoke-Deployment
            $taken = $clock.Elapsed.TotalSeconds
            $served = Get-ServedRevision
            $visitors.WaitForExit()
        }

        It 'get their answers from the release they asked' {
            Get-Content -LiteralPath "$out/errors" | Should -BeNullOrEmpty
            foreach ($number in 1..8) {
                Get-Content -LiteralPath "$out/$number" | Should -Be "slept 5.0 s, $($version -replace 'version=')"
            }
        }

        It 'upload to whichever is there at its end' {
            Get-Content -LiteralPath "$out/upload" | Should -Be '303'
            Get-Page | Should -BeLike '*<li>xxxxxxxxxxxx</li>*'
        }

        It 'do not keep the others from the new one' {
            "$($run.Result.Status)" | Should -Be 'Succeeded'
            $served | Should -Be $commit
            $served | Should -Not -Be $before
        }

        It 'are the last that the old one serves' {
            Wait-OldPuma
            Invoke-Server "systemctl is-active puma-cigar@$($old.Slot).service puma-cigar@$($old.Slot).socket || true" | Should -Be "inactive`ninactive"
            Invoke-Server "journalctl -u puma-cigar@$($old.Slot) -n 20 --no-pager -o cat" | Should -Not -BeLike '*SIGKILL*'
        }
    }

    Context 'of an app with one Puma that restarts' {
        BeforeAll {
            Push-Location (New-HostingFolder (Join-Path $TestDrive 'restart') -Edit @{ 'branch: main' = "branch: main`n    handover: restart" })
            $load = Start-Load -Rate 20
            $first = New-Commit 'A restart'
            $null = Invoke-Deployment
            $second = New-Commit 'Another restart'
            $update = Invoke-Deployment
            $null = Undo-AppDeployment cigar -Confirm:$false 6> $null
            $seen = Stop-Load $load
            $null = Invoke-Sandbox reboot web1
        }

        AfterAll {
            Pop-Location
        }

        It 'wait a moment, and are all answered' {
            Assert-Unnoticed $seen -Requests 100 -Milliseconds 15000
            $seen.Revisions[$first] | Should -BeGreaterThan 0
            $seen.Revisions[$second] | Should -BeGreaterThan 0
            "$($update.Result.Status)" | Should -Be 'Succeeded'
        }

        It 'are served by the release gone back to after a reboot too' {
            Get-ServedRevision | Should -Be $first
        }
    }
}
