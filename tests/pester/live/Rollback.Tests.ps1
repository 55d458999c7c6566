# Proves: a rollback finds the last release that was good, whatever failed since, takes seconds and is as safe as a deployment;
# what it went back from is passed over and told when it is deployed again; and releases are kept by their going live.

Describe 'The rollback of an app' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        $branch = New-BranchName
        Push-Location (New-HostingFolder (Join-Path $TestDrive 'hosting') -Edit @{ 'branch: main' = "branch: $branch`n    keepReleases: 3" })

        function Get-State {
            # The state of each release by its name.
            $states = @{}
            foreach ($release in Get-AppRelease cigar) {
                $states[$release.Release] = "$($release.State)"
            }

            $states
        }

        function Undo-Quietly {
            # The rollback with its lines, its warnings and the seconds it took.
            param([hashtable] $Parameter = @{})

            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $result = Undo-AppDeployment cigar @Parameter -Confirm:$false -WarningVariable warned -WarningAction SilentlyContinue -InformationVariable said 6> $null
            [pscustomobject]@{ Result = $result; Warnings = @($warned | ForEach-Object { "$_" }); Lines = @($said | ForEach-Object { "$($_.MessageData)" }); Seconds = $clock.Elapsed.TotalSeconds }
        }

        $first = (Get-AppRelease cigar).Release
        $goodCommit = New-Commit 'Good' -Branch $branch
        $good = (Invoke-Deployment).Result.Release
        $badCommit = New-Commit 'With a migration' -Branch $branch @'
cat >db/migrate/20261103000000_create_humidors.rb <<'RUBY'
class CreateHumidors < ActiveRecord::Migration[6.1]
  def change
    create_table(:humidors) { |t| t.string :name }
  end
end
RUBY
'@
        $bad = (Invoke-Deployment).Result.Release
        $afterBad = Get-State
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    Context 'after five failed deployments' {
        BeforeAll {
            $puma = (Get-LivePuma).MainPID
            $failures = foreach ($i in 1..5) {
                $snippet = if ($i % 2) { "echo 'raise %q(no boot $i)' >>config/puma.rb" } else { "echo 'raise %q(no rake $i)' >>Rakefile; touch db/migrate/again-$i" }
                $null = New-Commit "Failure $i" -Branch $branch "rm -f db/migrate/again-*; git checkout -q $badCommit -- .; $snippet"
                Get-Failure { Invoke-AppDeployment cigar }
            }

            $served = Get-ServedRevision
            $samePuma = (Get-LivePuma).MainPID
            $records = @(Get-AppDeployment cigar -First 6)
            $states = Get-State
            $whatIf = Undo-AppDeployment cigar -WhatIf
            $undo = Undo-Quietly
            $afterUndo = Get-State
        }

        It 'finds that they were failures, and that nothing else was touched' {
            $failures.Count | Should -Be 5
            foreach ($failure in $failures) {
                $failure.FullyQualifiedErrorId | Should -Match '^(AppNotHealthy|MigrationFailed),'
            }

            $served | Should -Be $badCommit
            $samePuma | Should -Be $puma
            @($records | Select-Object -First 5 | ForEach-Object { "$($_.Status)" }) | Should -Be 'Failed', 'Failed', 'Failed', 'Failed', 'Failed'
            "$($records[5].Status)" | Should -Be 'Succeeded'
            $records[5].Release | Should -Be $bad
        }

        It 'does not count them as good' {
            @($states.Keys | Where-Object { $states[$_] -eq 'Good' } | Sort-Object) | Should -Be $first, $good
            $states[$bad] | Should -Be 'Live'
            $states.Count | Should -BeLessOrEqual 5 -Because 'a release that failed gives way to the next'
        }

        It 'goes back to the last good one, in seconds, the way a deployment goes forward' {
            $whatIf | Should -BeNullOrEmpty
            Get-ServedRevision | Should -Be $goodCommit
            "$($undo.Result.Status)" | Should -Be 'Succeeded'
            $undo.Result.Release | Should -Be $good
            $undo.Result.Commit | Should -Be $goodCommit
            @($undo.Result.Steps | ForEach-Object { "$($_.Step)" }) | Should -Be 'Start', 'Verify'
            $undo.Lines[0] | Should -Be "⏪ Rolling Cigar Management System back from release $bad to $good"
            $undo.Lines[-1] | Should -Be "🎉 Cigar Management System is back on release $good"
            $undo.Seconds | Should -BeLessThan 20
            (Get-LivePuma).MainPID | Should -Not -Be $puma
            Invoke-Server 'systemctl list-units --state=active --no-legend --plain "puma-cigar@*.service" | wc -l' | Should -Be '1'
        }

        It 'tells the migrations between' {
            $undo.Warnings | Should -Be "The database still has the migration 20261103000000_create_humidors.rb, which release $good does not know."
        }

        It 'marks what it went back from' {
            $afterUndo[$good] | Should -Be 'Live'
            $afterUndo[$bad] | Should -Be 'Failed'
            $record = Get-AppDeployment cigar -First 1
            "$($record.Kind) $($record.Status) $($record.Release)" | Should -Be "undo Succeeded $good"
        }
    }

    Context 'whose target does not boot' {
        BeforeAll {
            $states = Get-State
            $puma = (Get-LivePuma).MainPID
            $null = Invoke-Server "test -d /var/www/cigar/releases/$first; echo 'raise %q(rotten)' >>/var/www/cigar/releases/$first/config/puma.rb"
            $failure = Get-Failure { Undo-AppDeployment cigar -To $first -Confirm:$false }
        }

        It 'leaves the live one' {
            $states[$first] | Should -Be 'Good' -Because 'the release rolled back from takes no place of a good one'
            $failure.FullyQualifiedErrorId | Should -BeLike 'AppNotHealthy,*'
            "$failure" | Should -BeLike '*is not healthy, the running app was not touched: it stopped while starting.*'
            Get-ServedRevision | Should -Be $goodCommit
            (Get-LivePuma).MainPID | Should -Be $puma
            (Get-State)[$good] | Should -Be 'Live'
        }

        It 'passes it over from then on' {
            $failure = Get-Failure { Undo-AppDeployment cigar -Confirm:$false }
            $failure.FullyQualifiedErrorId | Should -BeLike 'NoReleaseToGoBackTo,*'
            (Get-Failure { Undo-AppDeployment cigar -To $bad -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'ReleaseNotGood,*'
            (Get-Failure { Undo-AppDeployment cigar -To $good -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'ReleaseNotGood,*'
            (Get-Failure { Undo-AppDeployment cigar -To none -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'NoRelease,*'
        }
    }

    Context 'and the deployments after it' {
        BeforeAll {
            # The branch as it was when it was rolled back: the commit that was wrong is its newest.
            $null = Invoke-Server "runuser -u git -- git -C /srv/git/org/cigar.git update-ref refs/heads/$branch $badCommit" -HostName hub
            $again = Invoke-AppDeployment cigar -WarningVariable warned -WarningAction SilentlyContinue 6> $null
            $warnings = @($warned | ForEach-Object { "$_" })
            $warnedTwice = @(Invoke-AppDeployment cigar -WarningVariable warned -WarningAction SilentlyContinue 6> $null; $warned | ForEach-Object { "$_" })
            $next = foreach ($i in 1..2) {
                $null = New-Commit "Another $i" -Branch $branch
                (Invoke-Deployment).Result.Release
            }

            $states = Get-State
            $undone = (Undo-Quietly).Result, (Undo-Quietly).Result
            $null = Invoke-AppDeployment cigar -WhatIf -WarningVariable warned -WarningAction SilentlyContinue 6> $null
            $planned = @($warned | ForEach-Object { "$_" })
        }

        It 'say that the commit was rolled back from' {
            $again.Commit | Should -Be $badCommit
            $warnings.Count | Should -Be 1
            $warnings[0] | Should -BeLike "cigar: commit $($badCommit.Substring(0, 7)) was rolled back from on 20??-??-?? ??:??:??Z (release $bad)."
            $warnedTwice.Count | Should -Be 1 -Because 'whoever deploys it again on purpose is told once'
            "$($warnedTwice[0].Status)" | Should -Be 'Unchanged'
        }

        It 'keep the releases that last went live' {
            $states[$next[1]] | Should -Be 'Live'
            @($states.Keys | Where-Object { $states[$_] -eq 'Good' } | Sort-Object) | Should -Be $again.Release, $next[0]
            $states.Keys | Should -Not -Contain $good
            $states.Count | Should -Be 3 -Because 'keepReleases is 3, and the failed ones are gone'
        }

        It 'can be gone back from twice, each time further' {
            $undone[0].Release | Should -Be $next[0]
            $undone[1].Release | Should -Be $again.Release
            Get-ServedRevision | Should -Be $badCommit
        }

        It 'say so also when the release is gone' {
            (Get-State).Keys | Should -Not -Contain $next[1]
            $planned.Count | Should -Be 1
            $planned[0] | Should -BeLike "cigar: commit $($next[1].Substring($next[1].Length - 7)) was rolled back from on * (release $($next[1]))."
        }
    }
}
