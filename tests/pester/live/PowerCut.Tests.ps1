# Proves: whenever the server's power is cut, in a deployment or after it, what was served is served again as soon as the server
# is back, and one plain run puts everything right. What the deployment said is true is on the disk before it says so.

BeforeDiscovery {
    . "$PSScriptRoot/PowerCut.ps1"
    $first = @(Get-Cut $SinceFirst)
    $update = @(Get-Cut $SinceUpdate)
}

Describe 'A deployment whose server loses its power' -Tag Live, Long {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/PowerCut.ps1"
        Import-BuiltModule
        $seed = [int]($env:HOSTINGDEPLOY_POWERCUT_SEED ?? [System.Random]::new().Next(10000))
        Write-Host "    seed $seed (HOSTINGDEPLOY_POWERCUT_SEED)"
        $branch = New-BranchName
        $firstCommit = New-Commit 'Before the power cuts' -Branch $branch
        $null = Invoke-Sandbox reset --blocks web1
        Push-Location $Client
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
        Reset-Server
    }

    Context 'in its first deployment' {
        BeforeAll {
            $instants = Invoke-CopiedDeployment setup -Arguments "-Setup -Branch $branch"
            $chosen = Select-Instant $instants -Since $SinceFirst -Seed $seed
            $expected = Get-DeployedState
            $null = Invoke-Server 'sync'
            $null = Invoke-Sandbox copy deployed web1
        }

        It 'survives that <Moment>' -ForEach $first {
            $cut = $chosen[$Number]
            Write-Host "      $(Format-Instant $cut)"
            $null = Invoke-Sandbox powercut $cut.Copy web1
            $faults = @(
                Get-EmptyFile
                if ($null -ne $cut.Since) {
                    $served = Get-RevisionAfterBoot
                    if ($served -ne $firstCommit) {
                        "after booting is served: $served"
                    }
                }

                Get-ConvergenceFault @{ Setup = $true; Branch = $branch } -Commit $firstCommit -Expected $expected
            )
            $faults | Should -BeNullOrEmpty
        }
    }

    Context 'in an update' {
        BeforeAll {
            $null = Invoke-Sandbox powercut deployed web1
            $secondCommit = New-Commit 'Something for most steps' -Branch $branch @'
cat >db/migrate/20261103000000_create_boxes.rb <<'RUBY'
class CreateBoxes < ActiveRecord::Migration[6.1]
  def change
    create_table(:boxes) { |t| t.string :name }
  end
end
RUBY
printf 'body { margin: 3em; }\n' >app/assets/stylesheets/application.css
'@
            $instants = Invoke-CopiedDeployment update -Arguments "-Branch $branch"
            $chosen = Select-Instant $instants -Since $SinceUpdate -Seed $seed
            $expected = Get-DeployedState
        }

        It 'survives that <Moment>' -ForEach $update {
            $cut = $chosen[$Number]
            Write-Host "      $(Format-Instant $cut)"
            $null = Invoke-Sandbox powercut $cut.Copy web1
            $faults = @(
                Get-EmptyFile
                $served = Get-RevisionAfterBoot
                if ($served -notin $(if ($null -ne $cut.Since) { $secondCommit } else { $firstCommit, $secondCommit })) {
                    "after booting is served: $served"
                }

                Get-ConvergenceFault @{ Branch = $branch } -Commit $secondCommit -Expected $expected
            )
            $faults | Should -BeNullOrEmpty
        }
    }
}
