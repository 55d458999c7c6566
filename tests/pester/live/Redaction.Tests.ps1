# Proves: what an app prints of its secrets is told to nobody and kept in no journal, whichever cmdlet hears it first, and also to
# whoever has not got the secrets; and a torn journal costs the record that was torn and no other.

Describe 'A secret that the app prints' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Clients.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        $branch = New-BranchName
        $atBranch = @{ 'branch: main' = "branch: $branch" }
        $folder = New-HostingFolder (Join-Path $TestDrive 'secrets') -Edit $atBranch

        # A colleague's machine has none of the secrets; one with an older file has others.
        $colleague = New-HostingFolder (Join-Path $TestDrive 'colleague') -Edit ($atBranch + @{ 'secrets/cigar.env' = 'secrets/none.env' })
        $older = New-HostingFolder (Join-Path $TestDrive 'older') -Secrets "SECRET_KEY_BASE=$('0' * 64)`nDATABASE_PASSWORD=$('1' * 32)`n" -Edit @{
            'branch: main' = "branch: $branch`n    hooks:`n      - before: Bundle`n        run: 'echo `"the hook has `$DATABASE_PASSWORD and `$DATABASE_URL`"; exit 3'"
        }

        # What goes wrong does so as long as a file for it is there.
        $null = New-Commit 'Prints its secrets' -Branch $branch @'
cat >db/migrate/20261103000000_tell.rb <<'RUBY'
class Tell < ActiveRecord::Migration[6.1]
  def up
    puts "migrating with #{ENV.fetch("DATABASE_URL")}"
    raise "no migration with #{ENV.fetch("DATABASE_PASSWORD")}" if File.exist?("tmp/break-migration")
  end
end
RUBY
mkdir -p lib/tasks
cat >lib/tasks/tell.rake <<'RUBY'
task "assets:precompile" do
  raise "no assets with #{ENV.fetch("SECRET_KEY_BASE").inspect}" if File.exist?("tmp/break-assets")
end
RUBY
cat >app/controllers/health_controller.rb <<'RUBY'
class HealthController < ApplicationController
  def up
    return render(plain: "OK\n") unless File.exist?("tmp/sick")
    warn "sick of #{ENV.fetch("DATABASE_PASSWORD")}, #{ENV.fetch("DATABASE_URL")}"
    head 503
  end

  def version
    render plain: "version=#{Release.version} revision=#{Release.revision} pid=#{Process.pid}\n"
  end
end
RUBY
'@

        function Get-SecretWord {
            # What of a secret stays as it is in every form that it is written in.
            Get-Secret | ForEach-Object { [regex]::Matches($_, '(?<![%\w])\w{8,}') } | ForEach-Object Value | Sort-Object -Unique
        }

        function Assert-Unsaid {
            # Nothing of what was told holds one, and it is the text that would.
            param([Parameter(Mandatory)] [AllowEmptyString()] [string[]] $Text, [string] $Like = '*[*][*][*]*')

            $all = $Text -join "`n"
            $all | Should -BeLike $Like
            foreach ($word in Get-SecretWord) {
                $all.Contains($word) | Should -BeFalse -Because "it is said in: $($all.Replace($word, '<<SECRET>>'))"
            }
        }

        function Invoke-Fresh {
            # A command in a process that did nothing before, and all that it told.
            param([Parameter(Mandatory)] [string] $Command, [string] $In = $folder)

            Push-Location $In
            try {
                $client = Wait-Client (Start-Client "$Command -Verbose *>&1") -Seconds 180
            }
            finally {
                Pop-Location
            }

            $client | Add-Member -NotePropertyName Told -NotePropertyValue @(@($client.Message) + $client.Output + $client.Lines | Where-Object { $_ }) -PassThru
        }

        function Get-Telltale {
            # Files of root's about the app that hold a secret.
            Invoke-Server 'grep -rlF -f /dev/stdin /var/lib/hosting || true' -InputText ((Get-SecretWord) -join "`n")
        }

        function Set-Breakage {
            param([string] $Name)

            $null = Invoke-Server "rm -f /var/www/cigar/shared/tmp/break-* /var/www/cigar/shared/tmp/sick$(if ($Name) { "; touch /var/www/cigar/shared/tmp/$Name" })"
        }
    }

    AfterAll {
        Remove-Branch $branch
    }

    Context 'in a migration' {
        BeforeAll {
            Set-Breakage 'break-migration'
            Push-Location $folder
            Start-Transcript -LiteralPath (Join-Path $TestDrive 'transcript') | Out-Null
            $heard = [System.Collections.Generic.List[object]]::new()
            try {
                Invoke-AppDeployment cigar -Verbose *>&1 | ForEach-Object { $heard.Add($_) }
            }
            catch {
                $failure = $_
            }
            finally {
                Stop-Transcript | Out-Null
            }

            $record = Get-AppDeployment cigar -First 1
            $files = Get-Telltale
        }

        AfterAll {
            Pop-Location
        }

        It 'is in no error, verbose line, information or transcript' {
            $failure.FullyQualifiedErrorId | Should -BeLike 'MigrationFailed,*'
            Assert-Unsaid "$failure", "$($failure.Exception.Output)", "$($failure.ErrorDetails.RecommendedAction)" -Like '*no migration with [*][*][*]*'
            Assert-Unsaid @($heard | ForEach-Object { "$_" }) -Like '*migrating with [*][*][*]*'
            Assert-Unsaid (Get-Content -Raw -LiteralPath (Join-Path $TestDrive 'transcript')) -Like '*no migration with*'
        }

        It 'is not in the journal, on the server or read back' {
            Assert-Unsaid (Invoke-Server 'tail -n 1 /var/lib/hosting/cigar/journal.jsonl') -Like '*no migration with [*][*][*]*'
            Assert-Unsaid $record.Steps[-1].Message -Like '*no migration with [*][*][*]*'
        }

        It 'is in the log of the job alone, which root alone may read' {
            $files | Should -Be '/var/lib/hosting/cigar/jobs/rake.log'
            Invoke-Server 'stat -c %A:%U /var/lib/hosting/cigar /var/lib/hosting/cigar/jobs' | Should -Be "drwx------:root`ndrwx------:root"
        }

        It 'is told to no colleague' {
            $told = Invoke-Fresh 'Update-AppDatabase cigar' -In $colleague
            $told.ErrorId | Should -BeLike 'MigrationFailed,*'
            Assert-Unsaid $told.Told -Like '*no migration with [*][*][*]*'
            Assert-Unsaid (Invoke-Fresh '(Get-AppDeployment cigar -First 1).Steps[-1] | Format-List | Out-String' -In $colleague).Told -Like '*no migration with [*][*][*]*'
        }
    }

    Context 'in the assets' {
        BeforeAll {
            Set-Breakage 'break-assets'
            $mended = Invoke-Fresh 'Update-AppDatabase cigar' -In $colleague
            $told = @($folder, $colleague | ForEach-Object { Invoke-Fresh 'Build-AppAsset cigar' -In $_ })
        }

        It 'is told to nobody' {
            $mended.ErrorId | Should -BeNullOrEmpty
            Assert-Unsaid $mended.Told -Like '*migrating with [*][*][*]*'
            foreach ($one in $told) {
                $one.ErrorId | Should -BeLike 'AssetsFailed,*'
                Assert-Unsaid $one.Told -Like '*no assets with "[*][*][*]"*'
            }
        }
    }

    Context 'in a hook' {
        BeforeAll {
            Set-Breakage
            $told = Invoke-Fresh 'Invoke-AppDeployment cigar' -In $older
        }

        It 'is not told to whoever has an older file of them' {
            $told.ErrorId | Should -BeLike 'HookFailed,*'
            Assert-Unsaid $told.Told -Like '*the hook has [*][*][*] and [*][*][*]*'
        }
    }

    Context 'beside a journal whose last record a power cut tore' {
        BeforeAll {
            # And the one before is of no version's making.
            $null = Invoke-Server 'printf "%s\n%s" "{\"deployment\":\"x\",\"step\":7,\"who\":[]}" "{\"deployment\":\"torn\",\"st" >>/var/lib/hosting/cigar/journal.jsonl'
            Push-Location $folder
            $deployed = Invoke-Deployment
        }

        AfterAll {
            Pop-Location
        }

        It 'costs no record but the torn one' {
            "$($deployed.Result.Status)" | Should -Be 'Succeeded'
            $records = @(Get-AppDeployment cigar -First 3)
            $records[0].Id | Should -Be $deployed.Result.Id
            $records[0].Steps.Count | Should -Be $deployed.Result.Steps.Count
            "$($records[1].Status)" | Should -Be 'Failed'
        }
    }

    Context 'in a Puma that is not healthy' {
        BeforeAll {
            Set-Breakage 'sick'
            $told = @($folder, $colleague | ForEach-Object { Invoke-Fresh 'Test-PumaService cigar' -In $_ })
        }

        AfterAll {
            Set-Breakage
        }

        It 'is not told by Test-PumaService alone' {
            foreach ($one in $told) {
                $one.ErrorId | Should -BeLike 'AppNotHealthy,*'
                Assert-Unsaid $one.Told -Like '*sick of [*][*][*], [*][*][*]*'
            }
        }

        It 'is not told by Test-PumaService of a Puma that crashed' {
            $null = Invoke-Server 'systemctl kill --signal=KILL "puma-cigar@*.service"; systemctl stop "puma-cigar@*.service"'
            foreach ($one in @($folder, $colleague | ForEach-Object { Invoke-Fresh 'Test-PumaService cigar' -In $_ })) {
                $one.ErrorId | Should -BeLike 'PumaNotRunning,*'
                Assert-Unsaid $one.Told -Like '*sick of [*][*][*], [*][*][*]*'
            }
        }
    }

    Context 'after all of these' {
        It 'is in no journal and no mark' {
            @((Get-Telltale) -split "`n" | Where-Object { $_ -and $_ -notlike '*/jobs/*' }) | Should -BeNullOrEmpty
        }
    }
}
