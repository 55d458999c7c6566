# Proves: -Resume goes on with the step that failed once a person has mended what was wrong, with the same release and commit;
# -StartAt, -Only and -Skip take the steps they say; and the journal tells all of it.

Describe 'A deployment taken in parts' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        $branch = New-BranchName
        Push-Location (New-HostingFolder (Join-Path $TestDrive 'hosting') -Edit @{ 'branch: main' = "branch: $branch" })

        function Invoke-Sql {
            param([string] $Sql)

            Invoke-Server 'runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d cigar_management_system_production -f -' -InputText $Sql
        }

        function Get-StepName {
            param($Steps)

            @($Steps | ForEach-Object { "$($_.Step)" }) -join ' '
        }
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    Context 'after a migration that the data did not allow' {
        BeforeAll {
            $live = Get-ServedRevision
            $commit = New-Commit 'Names are unique' -Branch $branch @'
cat >db/migrate/20261104000000_unique_names.rb <<'RUBY'
class UniqueNames < ActiveRecord::Migration[6.1]
  def change
    add_index :cigars, :name, unique: true
  end
end
RUBY
'@
            $null = Invoke-Sql "INSERT INTO cigars (name, created_at, updated_at) VALUES ('Corona', now(), now())"
            $failure = Get-Failure { Invoke-AppDeployment cigar }
            $still = Get-Failure { Invoke-AppDeployment cigar -Resume }
            $records = @(Get-AppDeployment cigar -First 2)
            $candidate = @(Get-AppRelease cigar | Where-Object { "$($_.State)" -eq 'Candidate' })
            $served = Get-ServedRevision

            $null = Invoke-Sql "DELETE FROM cigars WHERE id = (SELECT max(id) FROM cigars WHERE name = 'Corona')"
            $later = New-Commit 'The branch has moved on' -Branch $branch
            $resumed = Invoke-Deployment @{ Resume = $true }
            $record = Get-AppDeployment cigar -First 1
        }

        It 'fails, and again as long as nothing is mended' {
            foreach ($one in $failure, $still) {
                $one.FullyQualifiedErrorId | Should -BeLike 'MigrationFailed,*'
                "$one" | Should -BeLike '*UniqueViolation*'
            }

            $served | Should -Be $live
            @($records | ForEach-Object { "$($_.Status) $($_.Branch) $($_.Steps[-1])" }) | Should -Be "Failed $branch Migrate Failed", "Failed $branch Migrate Failed"
            Get-StepName $records[0].Steps | Should -Be 'Migrate'
            Get-StepName $records[1].Steps | Should -Be 'Directory Clone Bundle Unit Secrets Migrate'
            $records[1].Steps[-1].ErrorId | Should -Be 'MigrationFailed'
            $candidate.Count | Should -Be 1
            $candidate[0].Commit | Should -Be $commit
        }

        It 'goes on with the failed step, the same release and commit, though the branch has moved on' {
            "$($resumed.Result.Status)" | Should -Be 'Succeeded'
            Get-StepName $resumed.Result.Steps | Should -Be 'Migrate Assets Site Nginx Start Verify'
            $resumed.Result.Commit | Should -Be $commit
            $resumed.Result.Release | Should -Be $candidate[0].Release
            Get-ServedRevision | Should -Be $commit
            Invoke-Sql 'SELECT count(*) FROM schema_migrations WHERE version = $$20261104000000$$' | Should -Be '1'
        }

        It 'is in the journal' {
            "$($record.Kind) $($record.Status) $($record.Release) $($record.Branch)" | Should -Be "deploy Succeeded $($candidate[0].Release) $branch"
            $record.Who | Should -Be "$([Environment]::UserName)@$([Environment]::MachineName)"
            $record.Duration.TotalSeconds | Should -BeGreaterThan 0
            (Get-Step $record 'Migrate').Changes -join ' ' | Should -BeLike '*20261104000000 UniqueNames*'
        }

        It 'has nothing to resume then' {
            (Get-Failure { Invoke-AppDeployment cigar -Resume }).FullyQualifiedErrorId | Should -BeLike 'NothingToResume,*'
        }

        It 'takes the newest commit without -Resume' {
            (Invoke-Deployment).Result.Commit | Should -Be $later
        }
    }

    Context 'whose client was killed' {
        BeforeAll {
            $commit = New-Commit 'Cut off' -Branch $branch
            $null = Stop-DeploymentAt -Line '✅ Bundle install complete *' -Arguments "-Branch $branch"
            $record = Get-AppDeployment cigar -First 1
            $null = New-Commit 'Not this one' -Branch $branch
            Push-Location $Client
            $resumed = Invoke-Deployment @{ Resume = $true; WaitForLock = 30 }
            Pop-Location
        }

        It 'is known to have been cut off' {
            "$($record.Status)" | Should -BeIn 'Interrupted', 'Running', 'Failed'
            $record.Branch | Should -Be $branch
        }

        It 'goes on with what it had not done, on its own branch' {
            [int]$resumed.Result.Steps[0].Step | Should -BeGreaterThan 4 -Because 'the gems were installed'
            $resumed.Result.Branch | Should -Be $branch
            Get-ServedRevision | Should -Be $commit
        }
    }

    Context 'by the names of its steps' {
        BeforeAll {
            $live = Get-ServedRevision
            $commit = New-Commit 'Step by step' -Branch $branch
            $clone = Invoke-Deployment @{ Only = 'Clone', 'Bundle' }
            $release = Get-AppRelease cigar | Select-Object -First 1
            $skip = Invoke-Deployment @{ Skip = 'Directory', 'Site', 'Start', 'Verify' }
            $served = Get-ServedRevision
            $null = New-Commit 'Later' -Branch $branch
            $start = Invoke-Deployment @{ StartAt = 'Assets' }
            $only = Invoke-Deployment @{ Only = 'Secrets', 'Start'; Force = $true }
        }

        It 'takes only those of -Only' {
            Get-StepName $clone.Result.Steps | Should -Be 'Clone Bundle'
            "$($release.State) $($release.Commit) $($release.Branch)" | Should -Be "Candidate $commit $branch"
            $release.LiveSince | Should -BeNullOrEmpty
        }

        It 'leaves out those of -Skip' {
            Get-StepName $skip.Result.Steps | Should -Be 'Clone Bundle Unit Secrets Migrate Assets Nginx'
            $served | Should -Be $live
        }

        It 'begins with that of -StartAt, and the release being built' {
            Get-StepName $start.Result.Steps | Should -Be 'Assets Site Nginx Start Verify'
            $start.Result.Release | Should -Be $release.Release
            $start.Result.Commit | Should -Be $commit
            Get-ServedRevision | Should -Be $commit
        }

        It 'works on the live release when none is being built' {
            Get-StepName $only.Result.Steps | Should -Be 'Secrets Start'
            "$((Get-Step $only.Result 'Start').Status)" | Should -Be 'Changed'
            $only.Result.Release | Should -Be $release.Release
            @(Get-AppRelease cigar | Where-Object { "$($_.State)" -eq 'Live' } | ForEach-Object Release) | Should -Be $release.Release
        }
    }
}
