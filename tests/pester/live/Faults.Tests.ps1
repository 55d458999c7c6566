# Proves: an update that fails, or whose client is killed, in any of its steps leaves the release before serving without a
# visitor noticing, and nothing to mend by hand: the same command goes on and completes. -WhatIf tells before what will be, the
# failure too where it can be seen by looking, and changes nothing.

BeforeDiscovery {
    . "$PSScriptRoot/Faults.ps1"
    $steps = @(Get-UpdateStep)
}

Describe 'An update of a running app' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Load.ps1"
        . "$PSScriptRoot/Faults.ps1"
        Import-BuiltModule
    }

    Context 'that fails, or whose client is killed, in each step' {
        BeforeAll {
            Restore-DeployedServer
            $before = Get-ServedRevision
            $branch = New-BranchName
            $newest = @{ Commit = New-UpdateCommit -Branch $branch -Broken }
            $update = New-UpdateFolder (Join-Path $TestDrive 'update')
            Set-Disrepair -Gem
            Push-Location $update

            function Wait-RemoteJob {
                # What a killed client left at work comes to its end.
                $null = Invoke-Server 'for i in {1..300}; do systemctl list-units --state=active,activating,deactivating --no-legend --plain "hosting-cigar.*.service" | grep -q running || exit 0; sleep 0.1; done; exit 1'
            }

            $visitors = Start-Load -Rate 10 -Kept 1 -Path '/version'
        }

        AfterAll {
            Pop-Location
            Remove-Branch $branch
        }

        Context '<Step>' -ForEach $steps {
            It 'fails because <Fault>, and can go on' {
                $folder = $update
                if ($Template) {
                    $folder = New-UpdateFolder (Join-Path $TestDrive $Step)
                    Set-Content -LiteralPath (Join-Path $folder $Template) $Text
                }
                elseif ($HealthPath) {
                    $folder = New-UpdateFolder (Join-Path $TestDrive $Step) -HealthPath $HealthPath
                }

                if ($Alone) {
                    $null = & $Alone cigar
                }

                if ($Break) {
                    $null = Invoke-Server $Break
                }

                Push-Location $folder
                try {
                    Wait-RemoteJob
                    $disk = Get-DiskState
                    $plan = $null
                    $planFailure = try { $plan = (Invoke-Deployment @{ Setup = $true; Branch = $branch; WhatIf = $true }).Result } catch { $_ }
                    $difference = Compare-State $disk (Get-DiskState)
                    $failure = Get-Failure { Invoke-AppDeployment cigar -Setup -Branch $branch }
                }
                finally {
                    Pop-Location
                    if ($Mend) {
                        $null = Invoke-Server $Mend
                    }
                    elseif ($Commit) {
                        $newest.Commit = New-Commit 'Mended' -Branch $branch $Commit
                    }
                }

                $failure.FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
                "$($failure.TargetObject)" | Should -Be "web1: $Step of cigar"
                $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Invoke-AppDeployment cigar -Branch * -Setup'
                $difference | Should -BeNullOrEmpty -Because '-WhatIf changes nothing'
                if ($Foreseen) {
                    "$($planFailure.FullyQualifiedErrorId) $($planFailure.TargetObject)" | Should -Be "$($failure.FullyQualifiedErrorId) $($failure.TargetObject)"
                }
                else {
                    $planFailure | Should -BeNullOrEmpty
                    if ($Step -ne 'Verify') {
                        "$((Get-Step $plan $Step).Status)" | Should -Be ($Planned ?? 'WouldChange')
                    }
                }

                Assert-LockFree
                Get-ServedRevision | Should -Be $(if ($Step -eq 'Verify') { $newest.Commit } else { $before })
            }

            It 'loses its client, and can go on' {
                try {
                    $deployer = Start-Braked $_ -Branch $branch
                    Stop-Deployer $deployer
                    Assert-LockFree
                }
                finally {
                    Remove-Brake -Tool $Brake -Job $Job
                }

                Get-ServedRevision | Should -Be $(if ($Step -eq 'Verify') { $newest.Commit } else { $before })
            }
        }

        It 'completes' {
            $run = Invoke-Deployment @{ Setup = $true; Branch = $branch }
            $run.Result.Commit | Should -Be $newest.Commit
            Assert-Ended $run -Branch $branch
        }

        It 'was noticed by no visitor' {
            $seen = Stop-Load $visitors
            $seen.Failures | Should -BeNullOrEmpty
            $seen.Requests | Should -BeGreaterThan 300
            $seen.Revisions.Keys | Should -HaveCount 2
        }
    }
}
