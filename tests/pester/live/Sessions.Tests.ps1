# Proves: a session becomes root or says why not, costs few round trips, serves many commands at once within what sshd allows, asks a
# person where there is one, and leaves no password or passphrase where anybody could find it.

BeforeDiscovery {
    $parallel = @(
        @{ Name = 'web1'; Shells = 4 }
        @{ Name = 'two-sessions'; Shells = 2 }
        @{ Name = 'one-session'; Shells = 1 }
    )
}

Describe 'A session' -Tag Live, Alone {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/SshServers.ps1"
        . "$PSScriptRoot/SessionFaults.ps1"
        Import-BuiltModule
        $module = Get-BuiltModulePath
        Reset-Server
        $lab = New-SshLab (Join-Path $TestDrive 'lab')
        $config = $lab.Config
        Push-Location $lab.Path
        $sudoPassword = Get-Content -LiteralPath $Settings['SANDBOX_SUDO_PASSWORD_FILE']
        $null = Invoke-Server @'
for user in nosudo terminal noisy nologin expired; do
  useradd --create-home --shell /bin/bash "$user"
  install -d -m 0700 -o "$user" -g "$user" "/home/$user/.ssh"
  install -m 0600 -o "$user" -g "$user" /root/.ssh/authorized_keys "/home/$user/.ssh/authorized_keys"
done
usermod --shell /usr/sbin/nologin nologin
IFS= read -r secret
printf 'nosudo:%s\nexpired:%s\n' "$secret" "$secret" | chpasswd
chage -d 0 expired
printf 'Defaults:terminal requiretty\nterminal ALL=(ALL) NOPASSWD: ALL\nnoisy ALL=(ALL) NOPASSWD: ALL\n' >/etc/sudoers.d/lab
chmod 0440 /etc/sudoers.d/lab
visudo -cq
printf 'echo Welcome to this server\necho password: >&2\necho password\n%s' "$(cat /home/noisy/.bashrc)" >/home/noisy/.bashrc
'@ -InputText $sudoPassword

        function Assert-Refused {
            # A session is refused by one error, within seconds.
            param([string] $ErrorId, [hashtable] $Parameter, [string] $Says, [string] $Action)

            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $failure = Get-Failure { New-DeploySession web1 -SshConfigFile $config @Parameter }
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 15
            $failure.FullyQualifiedErrorId | Should -Be "$ErrorId,HostingDeploy.Commands.NewDeploySessionCommand"
            "$($failure.CategoryInfo.Category)" | Should -Be 'PermissionDenied'
            "$($failure.TargetObject)" | Should -Be 'web1'
            "$failure" | Should -BeLike $Says
            $failure.ErrorDetails.RecommendedAction | Should -BeLike $Action
        }
    }

    AfterAll {
        Pop-Location
    }

    Context 'of a login that is not root' {
        It 'becomes root <How>' -ForEach @(
            @{ How = 'through sudo without a password'; User = 'deploy'; WithPassword = $false }
            @{ How = 'through sudo with a password'; User = 'deploypw'; WithPassword = $true }
            @{ How = 'past start-up files that talk'; User = 'noisy'; WithPassword = $false }
        ) {
            $parameters = @{ SshConfigFile = $config; User = $User }
            if ($WithPassword) {
                $parameters.SudoPassword = ConvertTo-Secret $sudoPassword
            }

            $session = New-DeploySession web1 @parameters
            try {
                $session.User | Should -Be $User
                Invoke-RemoteCommand -Session $session 'id -un; echo "$HOME"; pwd' | Should -Be $User, "/home/$User", "/home/$User"
                Invoke-RemoteCommand -Session $session -Sudo 'id -un; echo "$SUDO_USER"' | Should -Be 'root', $User

                # Its further shells are as privileged, and nobody is asked for them.
                $users = 1..3 | ForEach-Object -ThrottleLimit 3 -Parallel {
                    Import-Module $using:module
                    Invoke-RemoteCommand -Session $using:session -Sudo 'sleep 0.5; id -un'
                }
                $users | Should -Be 'root', 'root', 'root'
            }
            finally {
                Remove-DeploySession $session
            }
        }

        It 'says that the sudo password is wrong' {
            Assert-Refused 'SudoPasswordWrong' @{ User = 'deploypw'; SudoPassword = ConvertTo-Secret 'guess' } 'web1 did not accept the sudo password.' '*-SudoPassword*'
        }

        It 'says that a sudo password is wanted, where nobody can be asked' {
            Assert-Refused 'SudoPasswordRequired' @{ User = 'deploypw' } '*wants a password for sudo*' '*-SudoPassword*'
        }

        It 'says that the login may not use sudo' {
            Assert-Refused 'SudoNotAllowed' @{ User = 'nosudo'; SudoPassword = ConvertTo-Secret $sudoPassword } '*does not allow this user to use sudo*' '*sudoers*'
        }

        It 'says that sudo wants a terminal' {
            Assert-Refused 'SudoNeedsTerminal' @{ User = 'terminal'; SudoPassword = ConvertTo-Secret $sudoPassword } '*requiretty*' '*requiretty*'
        }

        It 'says what an account says that <What>' -ForEach @(
            @{ What = 'may not log in'; User = 'nologin'; Says = '*This account is currently not available*' }
            @{ What = 'has an expired password'; User = 'expired'; Says = '*Password change required*' }
        ) {
            # Several times: such a login may end before, while or after the shell's first words are sent.
            foreach ($time in 1..8) {
                $failure = Get-Failure { New-DeploySession web1 -SshConfigFile $config -User $User }
                $failure.FullyQualifiedErrorId | Should -BeLike 'ShellEnded,*' -Because "$failure"
                "$failure" | Should -BeLike $Says
            }
        }
    }

    Context 'over a link of 100 ms' {
        BeforeAll {
            $null = Invoke-Server 'cat >/root/lab/delay-proxy.py' -InputText (Get-Content -Raw -LiteralPath "$PSScriptRoot/delay-proxy.py")
            $null = Invoke-Server @'
systemd-run --quiet --collect --unit=lab-proxy python3 /root/lab/delay-proxy.py 2350 127.0.0.1 22 50 /run/lab-trips
for _ in {1..100}; do [ -z "$(ss -Hltn 'sport = :2350')" ] || break; sleep 0.05; done
'@

            function Get-TripCount {
                # What the link itself has counted; a first byte on its way is not lost sight of.
                [int](-split (Invoke-Server 'sleep 0.2; cat /run/lab-trips'))[0]
            }

            $before = Get-TripCount
            $session = New-DeploySession web1 -Port 2350 -SshConfigFile $config
            $connecting = (Get-TripCount) - $before
            $counted = $session.Statistics.RoundTrips
        }

        AfterAll {
            $session | Remove-DeploySession
        }

        It 'connects in 8 round trips' {
            $connecting | Should -BeGreaterThan 4
            $connecting | Should -BeLessOrEqual 8
        }

        It 'counts its round trips as the link does' {
            [Math]::Abs($counted - $connecting) | Should -BeLessOrEqual 1
        }

        It 'connects in <Trips> as <User>' -ForEach @(
            @{ User = 'deploy'; Trips = 8 }
            @{ User = 'deploypw'; Trips = 9 } # sudo has to ask
        ) {
            $before = Get-TripCount
            $other = New-DeploySession web1 -Port 2350 -User $User -SshConfigFile $config -SudoPassword (ConvertTo-Secret $sudoPassword)
            $count = (Get-TripCount) - $before
            $other | Remove-DeploySession

            # The first session's sign of life may fall into this.
            $count | Should -BeIn $Trips, ($Trips + 1)
        }

        It 'runs 50 commands in 6 seconds, each in one round trip' {
            $before = Get-TripCount
            $own = $session.Statistics.RoundTrips
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $numbers = foreach ($number in 1..50) {
                Invoke-RemoteCommand -Session $session -Command "echo $number"
            }

            $seconds = $watch.Elapsed.TotalSeconds
            $numbers | Should -Be (1..50)
            $own = $session.Statistics.RoundTrips - $own
            $trips = (Get-TripCount) - $before
            Write-Host "50 commands: $([Math]::Round($seconds, 2)) s, $trips round trips, $own by its own count"
            $seconds | Should -BeLessOrEqual 6

            # Beside them it asks every four seconds whether the server is still there.
            $signs = [Math]::Ceiling(($seconds + 1) / 4)
            $trips | Should -BeGreaterOrEqual 50
            $trips | Should -BeLessOrEqual (50 + $signs)
            [Math]::Abs($own - $trips) | Should -BeLessOrEqual (1 + $signs)
        }

        It 'does the step <_> in one round trip' -ForEach 'New-AppDirectory', 'New-PgUser', 'Publish-SystemdUnit', 'Publish-NginxSite' {
            $app = Get-DeployApp cigar -HostingFile (Join-Path $Client 'hosting.yml')
            $costs = foreach ($try in 1..3) {
                $own = $session.Statistics.RoundTrips
                $null = & $_ -App $app -Session $session -WhatIf
                $session.Statistics.RoundTrips - $own
            }

            # A sign of life may fall into one of them.
            ($costs | Sort-Object)[1] | Should -Be 1
        }
    }

    Context 'used from many sides at once' {
        It 'serves all of them on <Name> with <Shells> shells' -ForEach $parallel {
            $session = New-DeploySession $Name -SshConfigFile $config
            try {
                $app = Get-DeployApp cigar -HostingFile (Join-Path $Client 'hosting.yml')
                $answers = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
                    Import-Module $using:module
                    $number = $_
                    $lines = Invoke-RemoteCommand -Session $using:session -Command "for i in {1..300}; do echo $number; done; sleep 0.3; echo shell `$`$"
                    $plan = if ($number % 4 -eq 0) { New-AppDirectory -App $using:app -Session $using:session -WhatIf }
                    [pscustomobject]@{
                        Own   = @($lines | Where-Object { $_ -eq "$number" }).Count
                        Other = @($lines | Where-Object { $_ -notmatch "^($number|shell \d+)$" }).Count
                        Shell = $lines[-1]
                        Plan  = "$($plan.Status)"
                    }
                }
                @($answers).Count | Should -Be 8
                $answers.Own | Select-Object -Unique | Should -Be 300
                $answers.Other | Select-Object -Unique | Should -Be 0
                @($answers.Plan | Where-Object { $_ }) | Should -Be 'WouldChange', 'WouldChange'
                @($answers.Shell | Select-Object -Unique).Count | Should -Be $Shells
            }
            finally {
                Remove-DeploySession $session
            }

            if ($Name -ne 'web1') {
                # It takes one to know the limit.
                @((Get-LabLog $Name) -split "`n" | Where-Object { $_ -match 'no more sessions' }).Count | Should -Be 1
            }
        }

        It 'goes on after commands that were given up, where sshd allows no other shell' {
            $session = New-DeploySession 'one-session' -SshConfigFile $config
            try {
                foreach ($try in 1..2) {
                    $failure = Get-Failure { Invoke-RemoteCommand -Session $session -Command 'trap "" TERM; sleep 30' -TimeoutSeconds 1 }
                    $failure.FullyQualifiedErrorId | Should -BeLike 'CommandTimedOut,*'

                    # Given up a second time, while still waiting for the one before to go: that is no part of the time limit, and
                    # Ctrl+C is heard all the same.
                    $waiting = Start-Pipeline 'param($s) Invoke-RemoteCommand -Session $s -Command "echo" -TimeoutSeconds 1' $session
                    Start-Sleep -Milliseconds 300
                    $waiting.Shell.Stop()
                    $waiting.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
                    $waiting.Shell.Dispose()
                }

                Invoke-RemoteCommand -Session $session -Command 'id -un' | Should -Be 'root'
            }
            finally {
                Remove-DeploySession $session
            }
        }

        It 'cannot be handed to another process' {
            $session = New-DeploySession web1 -SshConfigFile $config
            try {
                # What Start-Job and Invoke-Command do with what they are given.
                $picture = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($session))
                $app = Get-DeployApp cigar -HostingFile (Join-Path $Client 'hosting.yml')
                foreach ($use in { Invoke-RemoteCommand -Session $picture -Command 'id' }, { New-AppDirectory -App $app -Session $picture }, { $picture | Remove-DeploySession }) {
                    $failure = Get-Failure $use
                    "$failure" | Should -BeLike '*cannot be passed to another process*New-DeploySession*'
                }
            }
            finally {
                Remove-DeploySession $session
            }
        }
    }

    Context 'opened at a prompt' {
        BeforeAll {
            function Invoke-AtPrompt {
                # Runs the script in a shell on a terminal; answers each question once it has been asked. Gives back all that was shown.
                param([string] $Script, [hashtable[]] $Answer = @())

                $file = Join-Path $TestDrive "$((New-Guid).ToString('N')).ps1"
                Set-Content -LiteralPath $file "Import-Module '$module'`nSet-Location '$($lab.Path)'`n$Script`n'The end'"
                $start = [System.Diagnostics.ProcessStartInfo]::new('script')
                foreach ($argument in '-qec', "'$([Environment]::ProcessPath)' -NoProfile -File '$file'", '/dev/null') {
                    $start.ArgumentList.Add($argument)
                }

                $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
                $process = [System.Diagnostics.Process]::Start($start)
                $shown = [System.Text.StringBuilder]::new()
                try {
                    foreach ($one in $Answer + @{ Question = 'The end' }) {
                        $from = $shown.Length
                        while (-not $shown.ToString($from, $shown.Length - $from).Contains($one.Question)) {
                            $read = $process.StandardOutput.ReadAsync([char[]]($buffer = [char[]]::new(256)), 0, 256)
                            if (-not $read.Wait(15000) -or $read.Result -eq 0) {
                                throw "Nobody asked '$($one.Question)'. It said:`n$shown"
                            }

                            $null = $shown.Append($buffer, 0, $read.Result)
                        }

                        if ($one.ContainsKey('Answer')) {
                            # Nobody answers at once, and before the shell has hidden what is typed.
                            Start-Sleep -Milliseconds 300
                            $process.StandardInput.Write("$($one.Answer)`r")
                            $process.StandardInput.Flush()
                        }
                    }
                }
                finally {
                    $process.StandardInput.Close()
                    if (-not $process.WaitForExit(5000)) {
                        $process.Kill($true)
                    }

                    $process.Dispose()
                }

                $shown.ToString()
            }
        }

        It 'asks about an unknown host, for the passphrase and for the sudo password, and shows no answer' {
            $passphrase = Get-Content -LiteralPath $Settings['SANDBOX_PASSPHRASE_FILE']
            $own = New-LabConfig $lab 'StrictHostKeyChecking ask' -Known "other $($lab.Ca)" -Keyless
            $shown = Invoke-AtPrompt @"
`$session = New-DeploySession ed25519-only -User deploypw -SshConfigFile '$own' -IdentityFile '$($Settings['SANDBOX_IDENTITY_WITH_PASSPHRASE'])'
Invoke-RemoteCommand -Session `$session -Sudo 'echo I am `$(id -un)'
1..2 | ForEach-Object -Parallel { Import-Module '$module'; Invoke-RemoteCommand -Session `$using:session -Sudo 'sleep 0.5; echo I am `$(id -un)' }
"@ @(
                @{ Question = "Server 'ed25519-only' is not known yet"; Answer = 'y' }
                @{ Question = 'Passphrase of '; Answer = $passphrase }
                @{ Question = 'sudo password of deploypw'; Answer = $sudoPassword }
            )
            $shown.Contains((Get-Fingerprint $lab.Ed25519)) | Should -BeTrue
            [regex]::Matches($shown, 'I am root').Count | Should -Be 3
            [regex]::Matches($shown, 'sudo password').Count | Should -Be 1
            foreach ($secret in $passphrase, $sudoPassword) {
                $shown.Contains($secret) | Should -BeFalse
            }

            Get-Content -LiteralPath "$own-known" | Should -Be "other $($lab.Ca)", "[$Address]:$(Get-SetupPort 'ed25519-only') $($lab.Ed25519)"
        }

        It 'asks about each unknown host on the way' {
            $own = New-LabConfig $lab 'StrictHostKeyChecking ask' -Known "other $($lab.Ca)"
            $shown = Invoke-AtPrompt "New-DeploySession inner -SshConfigFile '$own' | Out-Null" @(
                @{ Question = "Server 'web1' is not known yet"; Answer = 'y' }
                @{ Question = "Server 'hub' is not known yet"; Answer = 'y' }
                @{ Question = "Server 'inner' is not known yet"; Answer = '' }
            )
            $shown | Should -BeLike '*is not known yet*is not known yet*is not known yet*is not known yet*'
            @(Get-Content -LiteralPath "$own-known" | ForEach-Object { (-split $_)[0] }) | Should -Be 'other', $Address, $Settings['SANDBOX_HUB_ADDRESS']
        }

        It 'asks nothing about a host where StrictHostKeyChecking is yes' {
            $own = New-LabConfig $lab -Known "other $($lab.Ca)"
            $shown = Invoke-AtPrompt "try { New-DeploySession web1 -SshConfigFile '$own' } catch { `$_.FullyQualifiedErrorId }"
            $shown | Should -BeLike '*HostKeyUnknown,*'
            $shown | Should -Not -BeLike '*Take it into*'
        }

        It 'asks for the password to log in with, three times at most' {
            $shown = Invoke-AtPrompt "try { New-DeploySession password-only -SshConfigFile '$($lab.Config)' } catch { `$_.FullyQualifiedErrorId }" @(
                @{ Question = 'root@password-only: password: '; Answer = 'one' }
                @{ Question = 'root@password-only: password: '; Answer = 'two' }
                @{ Question = 'root@password-only: password: '; Answer = 'three' }
            )
            $shown | Should -BeLike '*AuthenticationFailed,*'
        }
    }

    Context 'that is given secrets' {
        BeforeAll {
            $passphrase = Get-Content -LiteralPath $Settings['SANDBOX_PASSPHRASE_FILE']
            $guess = 'guess ' + (New-Guid)
            $login = 'login ' + (New-Guid)
            $secrets = $sudoPassword, $passphrase, $guess, $login
            $null = Invoke-Server 'IFS= read -r secret; printf "root:%s\n" "$secret" | chpasswd' -InputText $login
            $null = Invoke-Server 'umask 077; cat >/run/lab-secrets' -InputText ($secrets -join "`n")

            # Looks at every process of the server, as often as it can, from here to the end.
            $null = Invoke-Server @'
cat >/root/lab/watch.sh <<'SCRIPT'
while :; do
  grep -laF -f /run/lab-secrets /proc/[0-9]*/cmdline /proc/[0-9]*/environ >>/run/lab-found 2>/dev/null
  echo >>/run/lab-looks
done
SCRIPT
: >/run/lab-found; : >/run/lab-looks
systemd-run --quiet --collect --unit=lab-watch bash /root/lab/watch.sh
'@
            Set-Marker
            $key = Join-Path $Client 'id_ed25519'
            $said = [System.Collections.Generic.List[object]]::new()
            foreach ($parameters in @(
                    @{ Name = 'web1'; User = 'deploypw'; IdentityFile = $key; SudoPassword = ConvertTo-Secret $sudoPassword }
                    @{ Name = 'web1'; User = 'deploypw'; IdentityFile = $key; SudoPassword = ConvertTo-Secret $guess }
                    @{ Name = 'password-only'; Credential = [pscredential]::new('root', (ConvertTo-Secret $login)) }
                    @{ Name = 'keyboard-interactive'; Credential = [pscredential]::new('root', (ConvertTo-Secret $guess)) }
                    @{ Name = 'web1'; IdentityFile = $Settings['SANDBOX_IDENTITY_WITH_PASSPHRASE']; Passphrase = ConvertTo-Secret $passphrase }
                    @{ Name = 'web1'; IdentityFile = $Settings['SANDBOX_IDENTITY_WITH_PASSPHRASE']; Passphrase = ConvertTo-Secret $guess }
                )) {
                try {
                    New-DeploySession -SshConfigFile $lab.Keyless @parameters -Verbose -Debug *>&1 | ForEach-Object { $said.Add($_) }
                }
                catch {
                    $said.Add($_)
                }
            }

            $sessions = @($said | Where-Object { $_ -is [HostingDeploy.DeploySession] })
            $failures = @($said | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
        }

        AfterAll {
            $sessions | Remove-DeploySession
        }

        It 'opened where they were right, and nowhere else' {
            $sessions.Count | Should -Be 3
            $failures.Exception.ErrorId | Should -Be 'SudoPasswordWrong', 'AuthenticationFailed', 'KeyPassphraseWrong'
        }

        It 'shows them to no process of the server' {
            [int](Invoke-Server 'wc -l </run/lab-looks') | Should -BeGreaterThan 20
            Invoke-Server 'cat /run/lab-found' | Should -BeNullOrEmpty
        }

        It 'would have been found out' {
            $null = Invoke-Server 'bash -c ''exec -a "$(head -n 1 /run/lab-secrets)" sleep 1''; systemctl stop lab-watch'
            Invoke-Server 'cat /run/lab-found' | Should -Match '^/proc/\d+/cmdline'
        }

        It 'leaves them in no file of the server' {
            $written = 'find / /run /tmp /dev/shm -xdev -type f -newer /run/live-marker ! -path /run/lab-secrets ! -path "/proc/*" -print0'
            [int](Invoke-Server "$written | tr -dc '\0' | wc -c") | Should -BeGreaterThan 0
            Invoke-Server "$written | xargs -0r grep -laF -f /run/lab-secrets || true" | Should -BeNullOrEmpty
        }

        It 'tells them in nothing it says' {
            $text = ($said | ForEach-Object { "$_"; if ($_ -is [System.Management.Automation.ErrorRecord]) { $_.Exception.ToString(); $_.ErrorDetails.RecommendedAction } }) -join "`n"
            $text | Should -Not -BeNullOrEmpty
            foreach ($secret in $secrets) {
                $text.Contains($secret) | Should -BeFalse
            }
        }
    }
}
