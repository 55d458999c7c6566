# Proves: what goes wrong becomes one error that says which step, which server, what was printed there last and which line to
# go on with; the running app is not touched; and after mending, the same command completes.

Describe 'A deployment that fails' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        Push-Location $Client
        $revision = Get-ServedRevision
        $puma = (Get-LivePuma).MainPID

        # Every deployment below would bring something new.
        $commit = New-Commit 'Not yet served'

        function Get-FailureIn {
            # The error of a deployment with an edited hosting.yml.
            param([string] $Name, [hashtable] $Edit = @{}, [string] $Secrets, [hashtable] $Parameter = @{})

            $folder = @{ Path = Join-Path $TestDrive $Name; Edit = $Edit }
            if ($Secrets) {
                $folder.Secrets = $Secrets
            }

            Push-Location (New-HostingFolder @folder)
            try {
                Get-Failure { Invoke-AppDeployment cigar @Parameter }
            }
            finally {
                Pop-Location
            }
        }

        function Assert-Failure {
            # What every error of a step has.
            param($Failure, [string] $ErrorId, [string] $Category, [string] $Step, [string] $Cmdlet)

            $Failure.FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
            "$($Failure.CategoryInfo.Category)" | Should -Be $Category
            "$($Failure.TargetObject)" | Should -Be "web1: $Step of cigar"
            $Failure.Exception.GetType().FullName | Should -Be 'HostingDeploy.StepFailedException'
            "$($Failure.Exception.Step)" | Should -Be $Step
            $Failure.Exception.Server | Should -Be 'web1'
            $Failure.Exception.Message | Should -BeLike "Step * ($Step) of cigar failed on web1: *"
            $Failure.ErrorDetails.RecommendedAction | Should -BeLike "*$Cmdlet*"
            $Failure.ErrorDetails.RecommendedAction | Should -BeLike '*Invoke-AppDeployment cigar*'
            foreach ($secret in Get-Secret) {
                "$Failure $($Failure.Exception.Output)".Contains($secret) | Should -BeFalse
            }
        }

        function Assert-Untouched {
            # The app as it was before, by the same process.
            Get-ServedRevision | Should -Be $revision
            (Get-LivePuma).MainPID | Should -Be $puma
        }
    }

    AfterAll {
        Pop-Location
    }

    Context 'at the repository' {
        It 'names a branch that is not there' {
            $failure = Get-Failure { Invoke-AppDeployment cigar -Branch no-such-branch }
            Assert-Failure $failure -ErrorId 'BranchNotFound' -Category 'ObjectNotFound' -Step 'Clone' -Cmdlet 'Invoke-RemoteGitClone cigar'
            $failure.Exception.Output -join "`n" | Should -BeLike "*couldn't find remote ref*"
            Assert-Untouched
        }

        It 'refuses a Git server with another host key' {
            $key = (Get-Content -LiteralPath (Join-Path $Client 'git_known_hosts')) -replace '^\S+ '
            $other = (Get-Content -LiteralPath (Join-Path $Client 'id_ed25519.pub')) -replace '^(\S+ \S+).*', '$1'
            $failure = Get-FailureIn 'host-key' -Edit @{ $key = $other }
            Assert-Failure $failure -ErrorId 'GitHostKeyChanged' -Category 'SecurityError' -Step 'Clone' -Cmdlet 'gitHostKeys'
            $failure.Exception.Output -join "`n" | Should -BeLike '*REMOTE HOST IDENTIFICATION HAS CHANGED*'
            Assert-Untouched
        }

        It 'refuses a Git server whose host key nobody knows' {
            $key = (Get-Content -Raw -LiteralPath (Join-Path $Client 'git_known_hosts')).Trim()
            $failure = Get-FailureIn 'no-host-key' -Edit @{ "    gitHostKeys:`n      - $key`n" = '' }
            Assert-Failure $failure -ErrorId 'GitHostKeyUnknown' -Category 'SecurityError' -Step 'Clone' -Cmdlet 'gitHostKeys'
            Assert-Untouched
        }

        It 'says which key the Git server must accept' {
            $failure = Get-FailureIn 'deploy-key' -Edit @{ 'deployKey: deploy_key' = 'deployKey: id_ed25519' }
            Assert-Failure $failure -ErrorId 'DeployKeyRefused' -Category 'AuthenticationError' -Step 'Clone' -Cmdlet 'deploy key'
            $public = (Get-Content -LiteralPath (Join-Path $Client 'id_ed25519.pub')) -replace '^(\S+ \S+).*', '$1'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike "*$public*"
            Assert-Untouched
        }

        It 'names a repository that is not there' {
            $failure = Get-FailureIn 'repository' -Edit @{ 'org/cigar.git' = 'org/other.git' }
            $failure.FullyQualifiedErrorId | Should -Match '^(RepositoryNotFound|DeployKeyRefused),'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Invoke-AppDeployment cigar*'
            Assert-Untouched
        }
    }

    Context 'before anything is touched' {
        BeforeAll {
            Set-Marker
        }

        It 'names the secret that is missing' {
            $failure = Get-FailureIn 'secret' -Secrets "SECRET_KEY_BASE=$('0' * 64)`n"
            $failure.FullyQualifiedErrorId | Should -BeLike 'SecretMissing,*'
            "$($failure.CategoryInfo.Category)" | Should -Be 'ObjectNotFound'
            "$($failure.TargetObject)" | Should -Be 'cigar'
            "$failure" | Should -BeLike '*DATABASE_PASSWORD*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Sync-Secrets cigar*'
            Get-ChangedFile | Should -BeNullOrEmpty
        }

        It 'names the secrets file that is missing' {
            $failure = Get-FailureIn 'secrets' -Edit @{ 'secrets/cigar.env' = 'secrets/none.env' }
            $failure.FullyQualifiedErrorId | Should -BeLike 'SecretsFileMissing,*'
            "$failure" | Should -BeLike '*secrets/none.env*'
            Get-ChangedFile | Should -BeNullOrEmpty
        }

        It 'names the server that refuses' {
            $failure = Get-FailureIn 'refused' -Edit @{ "host: $Address`n    user: root" = "host: $Address`n    port: 2`n    user: root" }
            "$($failure.CategoryInfo.Category)" | Should -Be 'ConnectionError'
            $failure.FullyQualifiedErrorId | Should -Not -BeLike 'NotSpecified*'
            "$failure" | Should -BeLike '*web1*'
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }

        It 'names the server that does not answer, and soon' {
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $failure = Get-FailureIn 'unreachable' -Edit @{ "host: $Address`n" = "host: $NoAddress`n" }
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 25
            "$($failure.CategoryInfo.Category)" | Should -BeIn 'ConnectionError', 'OperationTimeout'
            "$failure" | Should -BeLike '*web1*'
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }

        It 'refuses a server with another host key' {
            $folder = New-HostingFolder (Join-Path $TestDrive 'changed')
            $known = Join-Path $folder 'known_hosts'
            $other = (Get-Content -LiteralPath (Join-Path $Client 'id_ed25519.pub')) -replace '^(\S+ \S+).*', '$1'
            Set-Content -LiteralPath $known "$Address $other"
            Push-Location $folder
            try {
                $failure = Get-Failure { Invoke-AppDeployment cigar }
            }
            finally {
                Pop-Location
            }

            $failure.FullyQualifiedErrorId | Should -BeLike 'HostKeyChanged,*'
            "$($failure.CategoryInfo.Category)" | Should -Be 'SecurityError'
        }

        It 'is true of all of these' {
            Get-ChangedFile | Should -BeNullOrEmpty
            Assert-Untouched
        }
    }

    Context 'while PostgreSQL is down' {
        BeforeAll {
            $null = Invoke-Server 'systemctl stop postgresql "postgresql@*"'
        }

        AfterAll {
            $null = Invoke-Server 'systemctl start postgresql'
        }

        It 'says so at the migrations of an update' {
            $failure = Get-Failure { Invoke-AppDeployment cigar }
            Assert-Failure $failure -ErrorId 'PostgresNotRunning' -Category 'ResourceUnavailable' -Step 'Migrate' -Cmdlet 'systemctl start postgresql'
            Get-ServedRevision | Should -Be $revision
        }

        It 'says so at the role of a first deployment' {
            $failure = Get-Failure { Invoke-AppDeployment cigar -Setup }
            Assert-Failure $failure -ErrorId 'PostgresNotRunning' -Category 'ResourceUnavailable' -Step 'PgUser' -Cmdlet 'systemctl start postgresql'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Invoke-AppDeployment cigar -Setup*'
            Assert-Untouched
        }
    }

    Context 'at a migration' {
        BeforeAll {
            $branch = New-BranchName
            $broken = New-Commit 'A migration that breaks' -Branch $branch @'
cat >db/migrate/20261102000000_break.rb <<'RUBY'
class Break < ActiveRecord::Migration[6.1]
  def up
    puts "password is #{ENV.fetch("DATABASE_PASSWORD")}"
    raise "this one is broken"
  end
end
RUBY
'@
            $failure = Get-Failure { Invoke-AppDeployment cigar -Branch $branch }
        }

        AfterAll {
            Remove-Branch $branch
        }

        It 'shows what rake said, without the secrets in it' {
            Assert-Failure $failure -ErrorId 'MigrationFailed' -Category 'InvalidResult' -Step 'Migrate' -Cmdlet 'Update-AppDatabase cigar'
            $failure.Exception.Message | Should -BeLike '*this one is broken*'
            $failure.Exception.Output -join "`n" | Should -BeLike '*Tasks: TOP => db:migrate*'
            "$failure $($failure.Exception.Output)" | Should -BeLike '*password is [*][*][*]*' -Because 'rake printed it, and what is shown of that is struck out'
        }

        It 'leaves the running app alone' {
            Assert-Untouched
            Get-Page | Should -BeLike '*<li>Corona</li>*'
            Invoke-Server 'systemctl list-units --all --no-legend --plain "hosting[-.]*"' | Should -BeNullOrEmpty
        }

        It 'fails again as long as it is broken' {
            $again = Get-Failure { Invoke-AppDeployment cigar -Branch $branch }
            $again.FullyQualifiedErrorId | Should -BeLike 'MigrationFailed,*'
            Assert-Untouched
        }

        It 'says what it can of one that is killed' {
            $null = New-Commit 'A migration that is killed' -Branch $branch "sed -i 's/raise .*/Process.kill(:KILL, Process.pid)/' db/migrate/20261102000000_break.rb"
            $killed = Get-Failure { Invoke-AppDeployment cigar -Branch $branch }
            Assert-Failure $killed -ErrorId 'JobKilled' -Category 'ResourceUnavailable' -Step 'Migrate' -Cmdlet 'journalctl -k'
            Assert-Untouched
        }

        It 'completes after mending' {
            $mended = New-Commit 'Mended' -Branch $branch "sed -i '/kill/d' db/migrate/20261102000000_break.rb"
            $run = Invoke-Deployment @{ Branch = $branch }
            "$($run.Result.Status)" | Should -Be 'Succeeded'
            Get-ServedRevision | Should -Be $mended
            Invoke-Server 'cat /var/www/cigar/releases/*/REVISION' | Should -Not -BeLike "*$broken*" -Because 'a release that failed gives way'
        }
    }

    Context 'at code that does not boot' {
        BeforeAll {
            $served = Get-ServedRevision
            $branch = New-BranchName
            $null = New-Commit 'Does not boot' -Branch $branch 'echo "raise %q(no boot today)" >>config/routes.rb'
            $failure = Get-Failure { Invoke-AppDeployment cigar -Branch $branch }
        }

        AfterAll {
            Remove-Branch $branch
        }

        It 'shows what Puma said' {
            $failure.FullyQualifiedErrorId | Should -BeLike '*,*'
            "$failure" | Should -BeLike '*no boot today*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Invoke-AppDeployment cigar*'
        }

        It 'leaves the running app alone' {
            Get-ServedRevision | Should -Be $served
            Invoke-Server 'systemctl list-units --state=active --no-legend --plain "puma-cigar@*.service" | wc -l' | Should -Be '1'
        }
    }

    Context 'at a site that nginx does not take' {
        BeforeAll {
            $site = 'sha256sum /etc/nginx/sites-available/cigar; readlink /etc/nginx/sites-enabled/cigar; ls /etc/nginx/sites-available /etc/nginx/sites-enabled'
            $before = Invoke-Server $site
            $folder = New-HostingFolder (Join-Path $TestDrive 'site')
            Set-Content -LiteralPath (Join-Path $folder 'nginx-site.conf.liquid') "server {`n  listen 80;`n  no_such_directive on;`n}"
            Push-Location $folder
        }

        AfterAll {
            Pop-Location
        }

        It 'names its file and line, and leaves the one before' {
            Set-Marker
            $planned = Get-Failure { Publish-NginxSite cigar -WhatIf }
            $failure = Get-Failure { Publish-NginxSite cigar }
            $failure.FullyQualifiedErrorId | Should -BeLike 'NginxSiteRejected,*'
            $planned.FullyQualifiedErrorId | Should -BeLike 'NginxSiteRejected,*'
            "$($failure.TargetObject)" | Should -Be 'web1: Site of cigar'
            "$failure" | Should -BeLike '*unknown directive "no_such_directive" in /etc/nginx/sites-enabled/cigar:3*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*template*Publish-NginxSite cigar*'
            Invoke-Server $site | Should -Be $before
            Get-ChangedFile | Should -BeNullOrEmpty
        }
    }

    Context 'at the nginx configuration of another site' {
        BeforeAll {
            $served = Get-ServedRevision
            $site = 'sha256sum /etc/nginx/sites-available/cigar /etc/nginx/sites-enabled/cigar'
            $before = Invoke-Server $site
            $null = Invoke-Server 'printf "server { listen 80; server_name other.example; no_such_directive on; }\n" >/etc/nginx/sites-available/other; ln -s ../sites-available/other /etc/nginx/sites-enabled/other'
            $folder = New-HostingFolder (Join-Path $TestDrive 'alias') -Edit @{ 'branch: main' = "branch: main`n    aliases: [www.cigars.remoteds.us]" }
            Push-Location $folder
        }

        AfterAll {
            Pop-Location
            $null = Invoke-Server 'rm -f /etc/nginx/sites-available/other /etc/nginx/sites-enabled/other'
        }

        It '<Cmdlet> names the file that is broken' -ForEach @(
            @{ Cmdlet = 'Publish-NginxSite'; Step = 'Site' }
            @{ Cmdlet = 'Restart-NginxService'; Step = 'Nginx' }
        ) {
            $failure = Get-Failure { & $Cmdlet cigar }
            $failure.FullyQualifiedErrorId | Should -BeLike 'NginxConfigBroken,*'
            "$($failure.TargetObject)" | Should -Be "web1: $Step of cigar"
            "$failure" | Should -BeLike '*no_such_directive*/etc/nginx/sites-enabled/other*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike "*$Cmdlet cigar*"
            Invoke-Server $site | Should -Be $before
        }

        It 'goes on serving what nginx has loaded' {
            $failure = Get-Failure { Invoke-AppDeployment cigar }
            $failure.FullyQualifiedErrorId | Should -BeLike 'NginxConfigBroken,*'
            Invoke-Server $site | Should -Be $before
            Get-ServedRevision | Should -Be $served
            Invoke-Server 'systemctl is-active nginx' | Should -Be 'active'
        }

        It 'completes after mending' {
            $null = Invoke-Server 'rm /etc/nginx/sites-available/other /etc/nginx/sites-enabled/other'
            $run = Invoke-Deployment
            "$($run.Result.Status)" | Should -Be 'Succeeded'
            Get-ServedRevision | Should -Be $commit
            Invoke-Server 'grep -c "server_name cigars.remoteds.us www.cigars.remoteds.us;" /etc/nginx/sites-available/cigar' | Should -Be '2'
        }
    }

    Context 'of a server that was never set up' {
        BeforeAll {
            Reset-Server
            $failure = Get-Failure { Invoke-AppDeployment cigar }
        }

        It 'says what a first deployment needs' {
            Assert-Failure $failure -ErrorId 'DatabaseMissing' -Category 'ObjectNotFound' -Step 'Migrate' -Cmdlet 'Invoke-AppDeployment cigar -Setup'
            "$failure" | Should -BeLike '*There is no database cigar_management_system_production on this server*'
            (Get-Failure { Invoke-AppDeployment cigar -WhatIf }).FullyQualifiedErrorId | Should -BeLike 'DatabaseMissing,*'
        }
    }
}
