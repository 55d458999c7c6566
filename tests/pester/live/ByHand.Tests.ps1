# Proves: each step's cmdlet works alone with an app and a session, and the steps typed one by one, or as one pipeline,
# make of a fresh server just what the one command makes of it.

BeforeDiscovery {
    $steps = @(
        @{ Cmdlet = 'New-AppDirectory'; Step = 'Directory' }
        @{ Cmdlet = 'New-PgUser'; Step = 'PgUser' }
        @{ Cmdlet = 'Invoke-RemoteGitClone'; Step = 'Clone' }
        @{ Cmdlet = 'Install-AppBundle'; Step = 'Bundle' }
        @{ Cmdlet = 'Publish-SystemdUnit'; Step = 'Unit' }
        @{ Cmdlet = 'Sync-Secrets'; Step = 'Secrets' }
        @{ Cmdlet = 'New-AppDatabase'; Step = 'CreateDatabase' }
        @{ Cmdlet = 'Update-AppDatabase'; Step = 'Migrate' }
        @{ Cmdlet = 'Build-AppAsset'; Step = 'Assets' }
        @{ Cmdlet = 'Publish-NginxSite'; Step = 'Site' }
        @{ Cmdlet = 'Request-Certificate'; Step = 'Certificate' }
        @{ Cmdlet = 'Restart-NginxService'; Step = 'Nginx' }
        @{ Cmdlet = 'Start-PumaService'; Step = 'Start' }
        @{ Cmdlet = 'Test-PumaService'; Step = 'Verify' }
    )
}

Describe 'The steps by hand' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Push-Location $Client
        Restore-DeployedServer
        $byOneCommand = Get-ServerState
        $byOneCommand.Count | Should -BeGreaterThan 100
        $commit = Get-ServedRevision
    }

    AfterAll {
        Pop-Location
    }

    Context 'one cmdlet after the other' {
        BeforeAll {
            Reset-Server
            $session = New-DeploySession web1

            # All work on the commit that the one command deployed, whatever the branch has got since.
            $branch = New-BranchName
            $null = Invoke-Server "runuser -u git -- git -C /srv/git/org/cigar.git branch '$branch' '$commit'" -HostName hub
            $folder = New-HostingFolder (Join-Path $TestDrive 'hosting') -Edit @{ 'branch: main' = "branch: $branch" }
            Push-Location $folder
        }

        AfterAll {
            Pop-Location
            Remove-DeploySession $session
            Remove-Branch $branch
        }

        It '<Cmdlet> does its step' -ForEach $steps {
            $result = @(& $Cmdlet -App cigar -Session $session)
            $result.Count | Should -Be 1
            $result[0].GetType().FullName | Should -Be 'HostingDeploy.StepResult'
            "$($result[0].Step)" | Should -Be $Step
            $result[0].Duration | Should -BeOfType [timespan]
            $result[0].Duration.Ticks | Should -BeGreaterThan 0
            "$($result[0].App)" | Should -Be 'cigar'
            $result[0].Server | Should -Be 'web1'

            # To test, and to load what Request-Certificate has just made nginx load, is no change.
            if ($Cmdlet -in 'Test-PumaService', 'Restart-NginxService') {
                "$($result[0].Status)" | Should -Be 'Unchanged'
            }
            else {
                "$($result[0].Status)" | Should -Be 'Changed'
                $result[0].Changes | Should -Not -BeNullOrEmpty
            }
        }

        It 'leaves what the one command leaves' {
            Compare-State $byOneCommand (Get-ServerState) | Should -BeNullOrEmpty
            Get-ServedRevision | Should -Be $commit
            Get-Page | Should -BeLike '*<li>Corona</li>*'
        }

        It '<Cmdlet> has nothing to do the second time' -ForEach $steps {
            $result = & $Cmdlet -App cigar -Session $session
            "$($result.Status)" | Should -Be 'Unchanged'
            $result.Changes | Should -BeNullOrEmpty
        }

        It 'opened no connection of its own for any of them' {
            $logins = 'journalctl --no-pager -o cat -u ssh | grep -c "^Accepted publickey"'
            $before = Invoke-Server $logins
            $null = New-AppDirectory cigar -Session $session
            $null = Test-PumaService cigar
            [int]$before | Should -BeGreaterThan 0
            Invoke-Server $logins | Should -Be $before
        }
    }

    Context 'as one pipeline' {
        BeforeAll {
            Reset-Server
            $branch = New-BranchName
            $null = Invoke-Server "runuser -u git -- git -C /srv/git/org/cigar.git branch '$branch' '$commit'" -HostName hub
            $folder = New-HostingFolder (Join-Path $TestDrive 'hosting') -Edit @{ 'branch: main' = "branch: $branch" }
            Push-Location $folder
            $s = New-DeploySession web1
            $last = Get-DeployApp cigar -Session $s | New-AppDirectory | New-PgUser | Invoke-RemoteGitClone | Install-AppBundle |
                Publish-SystemdUnit | Sync-Secrets | New-AppDatabase | Update-AppDatabase | Build-AppAsset |
                Publish-NginxSite | Request-Certificate | Restart-NginxService | Start-PumaService | Test-PumaService
        }

        AfterAll {
            Pop-Location
            Remove-DeploySession $s
            Remove-Branch $branch
        }

        It 'ends with a service that answers' {
            "$($last.Step)" | Should -Be 'Verify'
            "$($last.App)" | Should -Be 'cigar'
            $last.Release | Should -BeLike "*-$($commit.Substring(0, 7))"
            Get-ServedRevision | Should -Be $commit
        }

        It 'leaves what the one command leaves' {
            Compare-State $byOneCommand (Get-ServerState) | Should -BeNullOrEmpty
        }

        It 'leaves nothing for the one command to do' {
            $run = Invoke-Deployment @{ Setup = $true; Session = $s }
            "$($run.Result.Status)" | Should -Be 'Unchanged'
            @($run.Result.Steps | Where-Object { "$($_.Status)" -ne 'Unchanged' }) | Should -BeNullOrEmpty
        }
    }
}
