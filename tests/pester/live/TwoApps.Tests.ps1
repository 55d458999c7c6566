# Proves: two apps on a server get at nothing of each other's, tried from inside each: from Puma, from rake, from a hook and from
# what a Gemfile runs; what each of these may is told in systemd's own measure.

Describe 'An app that is looked at from inside another' -Tag Live, Long {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Hostile.ps1"
        . "$PSScriptRoot/Clients.ps1"
        Import-BuiltModule
        $branch = New-NeighbourBranch
        $probe = Get-Content -Raw -LiteralPath "$PSScriptRoot/probe.sh"

        # Gemfile and Rakefile of the commit, and a hook, look around; what they print is in the logs of the jobs.
        $look = @"
cat >probe.sh <<'PROBE'
$probe
PROBE
printf 'puts %s\n' '``bash #{__dir__}/probe.sh cigar humidor $HumidorMark``' >probe.rb
cat probe.rb Gemfile >Gemfile.new && mv Gemfile.new Gemfile
{ echo 'sleep 2'; cat probe.rb Rakefile; } >Rakefile.new && mv Rakefile.new Rakefile
rm probe.rb
"@
        $hook = "`n    hooks:`n      - after: Bundle`n        run: sleep 2; bash `"`$PWD/probe.sh`" cigar humidor $HumidorMark"
        Push-Location (New-NeighbourFolder (Join-Path $TestDrive 'hosting') -Branch $branch)
        Restore-Neighbour
        Pop-Location
        Push-Location (New-NeighbourFolder (Join-Path $TestDrive 'looking') -Branch $branch -Cigar $hook)

        $null = Invoke-Inside 'for folder in /tmp /var/tmp /dev/shm; do echo x >$folder/of-humidor; done' -App humidor
        $null = Invoke-Inside 'for folder in /tmp /var/tmp /dev/shm; do echo x >$folder/of-cigar; done'
        $secret = (Get-Secret)[0]
        $seen = @{
            Puma          = Invoke-Inside ($probe -replace '(?m)^own=.*', "own=cigar other=humidor mark=$HumidorMark")
            OthersPuma    = Invoke-Inside ($probe -replace '(?m)^own=.*', "own=humidor other=cigar mark='$($secret.Replace("'", "'\''"))'" -replace '\$\{other\}_production', 'cigar_management_system_production') -App humidor
        }

        # While the job and the hook run, systemd is asked about them.
        $null = New-Commit 'Looks around' -Branch $branch $look
        $deploying = Start-Client 'Invoke-AppDeployment cigar | ForEach-Object { "$($_.Status)"; $_.Hooks | ForEach-Object Output }'
        $exposure = Invoke-Server @'
tell() { systemd-analyze security --no-pager "$1" 2>/dev/null | sed -n 's/.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p'; }
slot=$(basename "$(readlink /var/www/cigar/live.sock)" .sock)
echo "Puma $(tell "puma-cigar@$slot.service")"
for unit in hook rake; do
  for ((tries = 0; tries < 1200; tries++)); do
    [ "$(systemctl is-active "hosting-cigar.$unit.service")" != active ] || break
    sleep 0.05
  done
  echo "$unit $(tell "hosting-cigar.$unit.service")"
done
'@
        $outcome = Wait-Client $deploying -Seconds 150
        $seen.Hook = $outcome.Output -join "`n"
        $seen.Gemfile = Invoke-Server 'cat /var/lib/hosting/cigar/jobs/bundle.log'
        $seen.Rake = Invoke-Server 'cat /var/lib/hosting/cigar/jobs/rake.log'

        function Get-Got {
            param([string] $Place)

            @($seen[$Place] -split "`n" | Where-Object { $_ -like 'GOT *' } | ForEach-Object { $_.Substring(4).Trim() } | Sort-Object -Unique)
        }
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    It 'was looked at everywhere' {
        $outcome.ErrorId | Should -BeNullOrEmpty -Because $outcome.Message
        foreach ($place in 'Puma', 'OthersPuma', 'Hook', 'Gemfile', 'Rake') {
            Get-Got $place | Should -Contain 'the control' -Because "it was tried from $place"
        }
    }

    It 'shows nothing to <Place>, which gets no more than <May>' -ForEach @(
        @{ Place = 'Puma'; May = @('the control') }
        @{ Place = 'OthersPuma'; May = @('the control') }
        @{ Place = 'Hook'; May = @('its own release', 'the control') }
        @{ Place = 'Rake'; May = @('its own release', 'the control') }
        @{ Place = 'Gemfile'; May = @('its own gems', 'its own repository', 'the control') }
    ) {
        Get-Got $Place | Where-Object { $_ -notin $May } | Should -BeNullOrEmpty
    }

    It 'keeps the app''s secrets from what a Gemfile runs' {
        foreach ($value in Get-Secret) {
            $seen.Gemfile.Contains($value) | Should -BeFalse
        }
    }

    It 'is served in spite of all that' {
        Get-Page '/up' | Should -Be 'OK'
        Invoke-Inside 'echo here' -App humidor | Should -Be 'here'
    }

    It 'is beside a service of exposure 2.0 at most, and jobs and hooks hardly more' {
        $told = @{}
        $exposure -split "`n" | ForEach-Object { $name, $value = -split $_; $told[$name] = [double]$value }
        $told['Puma'] | Should -BeGreaterThan 0
        $told['Puma'] | Should -BeLessOrEqual 2.0
        $told['rake'] | Should -BeGreaterThan 0
        $told['rake'] | Should -BeLessOrEqual 2.5
        $told['hook'] | Should -BeGreaterThan 0
        $told['hook'] | Should -BeLessOrEqual 2.5
    }
}
