# Proves: an update whose network is cut, or whose server goes down, in any of its steps says so soon, leaves the release before
# serving as soon as there is a server, and nothing to mend by hand: the same command goes on and completes.

BeforeDiscovery {
    . "$PSScriptRoot/Faults.ps1"
    $steps = @(Get-UpdateStep)

    # A clean reboot and a pulled plug by turns.
    foreach ($number in 0..($steps.Count - 1)) {
        $steps[$number].Down = ('reboot', 'crash')[$number % 2]
    }
}

Describe 'An update of a running app' -Tag Live, Long {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Faults.ps1"
        Import-BuiltModule
    }

    Context 'whose network is cut, and whose server goes down, in its steps' {
        BeforeAll {
            Restore-DeployedServer
            $before = Get-ServedRevision
            $branch = New-BranchName
            $commit = New-UpdateCommit -Branch $branch
            Push-Location (New-UpdateFolder (Join-Path $TestDrive 'down'))
            Set-Disrepair

            function Assert-Outage {
                # What the client says of it, and what is there once the server is.
                param($Failure)

                $Failure.Seconds | Should -BeLessThan 20
                $Failure.Target | Should -Be "web1: $Step of cigar"
                $Failure.Action | Should -BeLike '*Invoke-AppDeployment cigar -Branch * -Setup'
                Assert-LockFree
                Get-ServedRevision | Should -Be $(if ($Step -eq 'Verify') { $commit } else { $before })
            }
        }

        AfterAll {
            Pop-Location
            Remove-Branch $branch
        }

        Context '<Step>' -ForEach $steps {
            BeforeAll {
                if ($Alone) {
                    $null = & $Alone cigar
                }
            }

            It 'loses its network, and can go on' {
                try {
                    $deployer = Start-Braked $_ -Branch $branch

                    # The login of the tests would be as slow to notice that the network is back as it was long away.
                    Disconnect-Server
                    $null = Invoke-Sandbox cut web1
                    try {
                        $failure = Get-DeployerFailure $deployer
                    }
                    finally {
                        $null = Invoke-Sandbox mend web1
                    }

                    Assert-Outage $failure
                }
                finally {
                    # A job outlives the connection: it waits for the next deployment as it is.
                    if (-not $Job) {
                        Remove-Brake -Tool $Brake
                    }
                }
            }

            It 'loses its server to a <Down>, and can go on' {
                try {
                    $deployer = Start-Braked $_ -Branch $branch
                    $null = Invoke-Sandbox $Down web1
                    $failure = Get-DeployerFailure $deployer
                }
                finally {
                    Remove-Brake -Tool $Brake
                }

                Assert-Outage $failure
            }
        }

        It 'completes' {
            $run = Invoke-Deployment @{ Setup = $true; Branch = $branch }
            $run.Result.Commit | Should -Be $commit
            Assert-Ended $run -Branch $branch
        }
    }
}
