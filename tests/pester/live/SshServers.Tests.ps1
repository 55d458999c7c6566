# Proves: a session opens wherever ssh does, and nowhere else. Every set-up of sshd that people run lets a session in and runs a
# command as root there; every way of not getting in is one error that says which; and no key is trusted that OpenSSH would not trust.

BeforeDiscovery {
    . "$PSScriptRoot/SshServers.ps1"
    $keyed = foreach ($name in 'ed25519-only', 'rsa-only', 'many-keys', 'host-certificate', 'user-certificate', 'one-session') {
        @{ Name = $name; Port = Get-SetupPort $name }
    }
    $keyed = @($keyed) + @{ Name = 'inner'; Port = Get-SetupPort 'ed25519-only' } + @{ Name = 'web1'; Port = 22 }
    $destinations = 'root@ed25519-only', 'ssh://root@ed25519-only', "ssh://root@web1:$(Get-SetupPort 'ed25519-only')"
    $secret = 'Pass "w'' o$r`d\ ' + ([guid]::NewGuid().ToString('N').Substring(0, 8))
}

Describe 'A login' -Tag Live -ForEach @{ Secret = $secret } {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/SshServers.ps1"
        Import-BuiltModule
        Reset-Server
        $lab = New-SshLab (Join-Path $TestDrive 'lab')
        $config = $lab.Config

        # Above all hosting.yml files: every name here is one of ssh_config.
        Push-Location $lab.Path
        $null = Invoke-Server 'IFS= read -r secret; printf "root:%s\n" "$secret" | chpasswd' -InputText $Secret
        $password = [pscredential]::new('root', (ConvertTo-Secret $Secret))
        $wrong = [pscredential]::new('root', (ConvertTo-Secret 'guess'))
        $passphrase = (Get-Content -LiteralPath $Settings['SANDBOX_PASSPHRASE_FILE'])

        function Assert-Error {
            # One error, of this id and category, that says what to do and holds no secret.
            param($Failure, [string] $ErrorId, [string] $Category, [string] $Target, [string] $Action = '*')

            $Failure.FullyQualifiedErrorId | Should -Be "$ErrorId,HostingDeploy.Commands.NewDeploySessionCommand"
            "$($Failure.CategoryInfo.Category)" | Should -Be $Category
            "$($Failure.TargetObject)" | Should -Be $Target
            $Failure.ErrorDetails.RecommendedAction | Should -BeLike $Action
            $text = "$Failure $($Failure.ErrorDetails.RecommendedAction) $($Failure.Exception)"
            foreach ($hidden in $Secret, $passphrase) {
                $text.Contains($hidden) | Should -BeFalse
            }
        }
    }

    AfterAll {
        Pop-Location
    }

    Context 'with a key' {
        It 'opens on <Name>, as ssh does' -ForEach $keyed {
            $login = Get-Login $Name @{ SshConfigFile = $config }
            $login.User | Should -Be 'root'
            $login.Port | Should -Be $Port
            Invoke-Tool -Name ssh -ArgumentList '-F', $config, '-o', 'BatchMode=yes', $Name, 'id -un; echo ${SSH_CONNECTION##* }' | Should -Be "root`n$Port"
        }

        It 'comes to a server two jumps deep from the last of them' {
            (Get-Login 'inner' @{ SshConfigFile = $config }).From | Should -Be $Settings['SANDBOX_HUB_ADDRESS']
        }

        It 'opens on <_>' -ForEach $destinations {
            (Get-Login $_ @{ SshConfigFile = $config }).Port | Should -Be (Get-SetupPort 'ed25519-only')
        }

        It 'opens with a key of kind <_>' -ForEach 'rsa', 'ecdsa-pkcs8' {
            (Get-Login 'ed25519-only' @{ SshConfigFile = $lab.Keyless; IdentityFile = "./$_" }).User | Should -Be 'root'
        }

        It 'opens with a protected <File>' -ForEach @(
            @{ File = 'key in OpenSSH format'; Key = { $Settings['SANDBOX_IDENTITY_WITH_PASSPHRASE'] }; Words = { $passphrase } }
            @{ File = 'key in PEM format'; Key = { "$($lab.Path)/rsa-pem" }; Words = { 'rsa passphrase' } }
        ) {
            $parameters = @{ SshConfigFile = $lab.Keyless; IdentityFile = (& $Key); Passphrase = (ConvertTo-Secret (& $Words)) }
            (Get-Login 'ed25519-only' $parameters).User | Should -Be 'root'
        }

        It 'says that the passphrase is <State>, also where a password would do' -ForEach @(
            @{ State = 'wrong'; ErrorId = 'KeyPassphraseWrong'; Given = @{ Passphrase = 'guess' } }
            @{ State = 'missing'; ErrorId = 'KeyPassphraseRequired'; Given = @{} }
        ) {
            $key = $Settings['SANDBOX_IDENTITY_WITH_PASSPHRASE']
            $parameters = @{ SshConfigFile = $lab.Keyless; IdentityFile = $key }
            foreach ($name in $Given.Keys) {
                $parameters[$name] = ConvertTo-Secret $Given[$name]
            }

            foreach ($server in 'ed25519-only', 'web1') {
                $failure = Get-Failure { New-DeploySession $server @parameters }
                Assert-Error $failure -ErrorId $ErrorId -Category 'AuthenticationError' -Target $key -Action "*$key*"
            }
        }

        It 'says that no key fits, and which were tried' {
            $failure = Get-Failure { New-DeploySession 'ed25519-only' -SshConfigFile $lab.Keyless -IdentityFile './stranger' }
            Assert-Error $failure -ErrorId 'AuthenticationFailed' -Category 'AuthenticationError' -Target 'ed25519-only' -Action '*ssh-copy-id*'
            "$failure" | Should -BeLike "*does not let 'root' in. Tried publickey. Keys: *$(Get-Fingerprint (Get-Content -LiteralPath './stranger.pub'))*"
        }

        It 'says that a key that was asked for is not there' {
            $failure = Get-Failure { New-DeploySession 'ed25519-only' -SshConfigFile $config -IdentityFile './missing' }
            Assert-Error $failure -ErrorId 'KeyFileMissing' -Category 'ObjectNotFound' -Target "$($lab.Path)/missing" -Action '*ssh-keygen*'
        }

        It 'says that the key is not enough' {
            $failure = Get-Failure { New-DeploySession 'key-and-password' -SshConfigFile $config }
            Assert-Error $failure -ErrorId 'AuthenticationFailed' -Category 'AuthenticationError' -Target 'key-and-password' -Action '*-Credential*'
            "$failure" | Should -BeLike '*a key was accepted, and is not enough*'
        }
    }

    Context 'with an agent' {
        BeforeAll {
            $saved = $env:SSH_AUTH_SOCK
            $socket = Join-Path $TestDrive 'agent'
            $agent = Start-Agent $socket
            $env:SSH_AUTH_SOCK = $socket
            $null = Invoke-Tool -Name ssh-add -ArgumentList '-q', "$($lab.Path)/rsa"
            $null = Invoke-Tool -Name ssh-add -ArgumentList '-q', (Join-Path $Client 'id_ed25519')

            # A home without keys: only the agent has any.
            $agentConfig = New-LabConfig $lab 'IdentityAgent SSH_AUTH_SOCK', 'IdentitiesOnly no', 'IdentityFile none' -Keyless
        }

        AfterAll {
            $env:SSH_AUTH_SOCK = $saved
            $agent.Kill()
            $agent.Dispose()
        }

        It 'opens without any key file' {
            (Get-Login 'ed25519-only' @{ SshConfigFile = $agentConfig }).User | Should -Be 'root'
            (Get-LabLog 'ed25519-only') -split "`n" | Where-Object { $_ -match 'Accepted publickey' } | Select-Object -Last 1 | Should -Match ' RSA SHA256:'
        }

        It 'opens with the key that IdentityFile names by its public half' {
            Copy-Item -LiteralPath (Join-Path $Client 'id_ed25519.pub') "$($lab.Path)/only.pub"
            $one = New-LabConfig $lab 'IdentityAgent SSH_AUTH_SOCK', "IdentityFile $($lab.Path)/only.pub" -Keyless
            (Get-Login 'ed25519-only' @{ SshConfigFile = $one }).User | Should -Be 'root'
            (Get-LabLog 'ed25519-only') -split "`n" | Where-Object { $_ -match 'Accepted publickey' } | Select-Object -Last 1 | Should -Match ' ED25519 SHA256:'
        }

        It 'says that there is no agent where it would have been the only way' {
            $agent.Kill()
            $agent.WaitForExit()
            $failure = Get-Failure { New-DeploySession 'ed25519-only' -SshConfigFile $agentConfig }
            Assert-Error $failure -ErrorId 'NoAuthenticationMethod' -Category 'AuthenticationError' -Target 'ed25519-only' -Action '*ssh-add*'
            "$failure" | Should -BeLike "*The SSH agent at '$socket' cannot be used*"
            $env:SSH_AUTH_SOCK = $null
            "$(Get-Failure { New-DeploySession 'ed25519-only' -SshConfigFile $agentConfig })" | Should -BeLike '*Looked for: no SSH agent*'
        }
    }

    Context 'with a password' {
        It 'opens on <_>' -ForEach 'password-only', 'keyboard-interactive', 'key-and-password' {
            (Get-Login $_ @{ SshConfigFile = $config; Credential = $password }).User | Should -Be 'root'
        }

        It 'says that <_> does not take the password' -ForEach 'password-only', 'keyboard-interactive' {
            $failure = Get-Failure { New-DeploySession $_ -SshConfigFile $config -Credential $wrong -Verbose 4>&1 }
            Assert-Error $failure -ErrorId 'AuthenticationFailed' -Category 'AuthenticationError' -Target $_ -Action "*password of 'root'*"
            "$failure".Contains('guess') | Should -BeFalse
        }

        It 'asks nobody where nobody can be asked' {
            $failure = Get-Failure { New-DeploySession 'password-only' -SshConfigFile $config }
            $failure.FullyQualifiedErrorId | Should -BeLike 'AuthenticationFailed,*'
            "$failure" | Should -BeLike '*it takes no key but a password, and none was given*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*-Credential*'
        }
    }

    Context 'to a server whose host key' {
        BeforeAll {
            $port = Get-SetupPort 'many-keys'
            $token = "[$Address]:$port"

            function Get-KnownLogin {
                # A login to the server that has three host keys, with a known_hosts of these lines.
                param([string[]] $Known, [hashtable] $Parameter = @{}, [string[]] $Line = @())

                $script:file = New-LabConfig $lab $Line -Known $Known
                Get-Login 'many-keys' (@{ SshConfigFile = $file } + $Parameter)
            }

            function Test-Ssh {
                # Whether ssh itself logs in with this configuration.
                param([string] $ConfigFile, [string] $Name = 'many-keys')

                $null | ssh -F $ConfigFile -o BatchMode=yes $Name true *> $null
                $LASTEXITCODE -eq 0
            }

            function Assert-Refused {
                param([string] $ErrorId, [string[]] $Known, [hashtable] $Parameter = @{}, [string[]] $Line = @(), [string] $Action = '*', [string[]] $Says = @())

                $before = (Get-LabLog 'many-keys') -split "`n" | Where-Object { $_ -match 'Accepted' }
                $failure = Get-Failure { Get-KnownLogin -Known $Known -Parameter $Parameter -Line $Line }
                Assert-Error $failure -ErrorId $ErrorId -Category 'SecurityError' -Target 'many-keys' -Action $Action
                foreach ($text in $Says) {
                    "$failure" | Should -BeLike "*$text*"
                }

                if (-not $Parameter.Count -and -not $Line) {
                    Test-Ssh $file | Should -BeFalse
                }

                # No login was tried, and nothing was written.
                @((Get-LabLog 'many-keys') -split "`n" | Where-Object { $_ -match 'Accepted' }).Count | Should -Be @($before).Count
                Get-Content -LiteralPath "$file-known" | Should -Be $Known
            }
        }

        It 'is known by <What>' -ForEach @(
            @{ What = 'its rsa key alone'; Known = { "$token $($lab.Rsa)" } }
            @{ What = 'its ecdsa key alone'; Known = { "$token $($lab.Ecdsa)" } }
            @{ What = 'the second of two keys of a kind'; Known = { "$token $($lab.Ca)", "$token $($lab.Ed25519)" } }
            @{ What = 'a pattern'; Known = { "[$($Address -replace '\d+$', '*')]:$port,!other $($lab.Ed25519)" } }
            @{ What = 'its name without the port'; Known = { "$Address $($lab.Ed25519)" } }
        ) {
            (Get-KnownLogin (& $Known)).Port | Should -Be $port
            Test-Ssh $file | Should -BeTrue
        }

        It 'is known by several keys is asked for the first of them: <First>' -ForEach @(
            @{ First = 'rsa-sha2-512'; Known = { "$token $($lab.Rsa)", "$token $($lab.Ecdsa)", "$token $($lab.Ed25519)" } }
            @{ First = 'ecdsa-sha2-nistp256'; Known = { "other $($lab.Rsa)", "$token $($lab.Ecdsa)", "$token $($lab.Ed25519)" } }
            @{ First = 'ssh-ed25519'; Known = { "$token $($lab.Ed25519)", "$token $($lab.Rsa)" } }
        ) {
            (Get-KnownLogin (& $Known)).Port | Should -Be $port
            $asked = (Get-LabLog 'many-keys') -split "`n" | Where-Object { $_ -match 'kex: host key algorithm: ' } | Select-Object -Last 1
            $asked | Should -BeLike "*: $First *"
        }

        It 'is known by hashed names of several keys' {
            $plain = Join-Path $TestDrive 'hashed'
            Set-Content -LiteralPath $plain "other $($lab.Ca)", "$token $($lab.Rsa)", "$token $($lab.Ecdsa)"
            Invoke-KeyGenerator -H -f $plain
            Get-Content -Raw -LiteralPath $plain | Should -Not -BeLike "*$Address*"
            (Get-KnownLogin (Get-Content -LiteralPath $plain)).Port | Should -Be $port
            Test-Ssh $file | Should -BeTrue
        }

        It 'is known in the second of several files' {
            Set-Content -LiteralPath "$($lab.Path)/first" "other $($lab.Ed25519)"
            Set-Content -LiteralPath "$($lab.Path)/second" "lab $($lab.Ed25519)"
            $two = New-LabConfig $lab "UserKnownHostsFile $($lab.Path)/none $($lab.Path)/first $($lab.Path)/second", 'HostKeyAlias lab'
            (Get-Login 'many-keys' @{ SshConfigFile = $two }).Port | Should -Be $port
            Test-Ssh $two | Should -BeTrue
        }

        It 'is not known is refused, and says how to accept it' {
            Assert-Refused 'HostKeyUnknown' "other $($lab.Ed25519)" -Action '*ssh-keygen -lf *New-DeploySession many-keys -AcceptNewHostKey' -Says (Get-Fingerprint $lab.Ed25519)
        }

        It 'is not known is taken in with -AcceptNewHostKey, for the next time as well' {
            $other = "other $($lab.Ca)"
            (Get-KnownLogin $other @{ AcceptNewHostKey = $true }).Port | Should -Be $port
            Get-Content -LiteralPath "$file-known" | Should -Be $other, "$token $($lab.Ed25519)"
            (Get-Login 'many-keys' @{ SshConfigFile = $file }).Port | Should -Be $port
            Invoke-Tool -Name ssh -ArgumentList '-F', $file, '-o', 'BatchMode=yes', 'many-keys', 'id -un' | Should -Be 'root'
        }

        It 'is not known is taken in with StrictHostKeyChecking <_>' -ForEach 'accept-new', 'no' {
            (Get-KnownLogin "other $($lab.Ca)" -Line "StrictHostKeyChecking $_").Port | Should -Be $port
            Get-Content -LiteralPath "$file-known" | Select-Object -Last 1 | Should -Be "$token $($lab.Ed25519)"
        }

        It 'is not known is refused with StrictHostKeyChecking <_>' -ForEach 'yes', 'ask' {
            Assert-Refused 'HostKeyUnknown' "other $($lab.Ed25519)" -Line "StrictHostKeyChecking $_"
        }

        It 'has changed is refused <How>' -ForEach @(
            @{ How = 'always'; Parameter = @{}; Line = @() }
            @{ How = 'with -AcceptNewHostKey'; Parameter = @{ AcceptNewHostKey = $true }; Line = @() }
            @{ How = 'with StrictHostKeyChecking no'; Parameter = @{}; Line = @('StrictHostKeyChecking no') }
        ) {
            Assert-Refused 'HostKeyChanged' "$token $($lab.Ca)" -Parameter $Parameter -Line $Line -Action "*ssh-keygen -f $($lab.Path)/* -R '$([WildcardPattern]::Escape($token))'*" -Says (Get-Fingerprint $lab.Ed25519), (Get-Fingerprint $lab.Ca), '-known:1*'
        }

        It 'is revoked is refused, also where it is known or pinned' {
            $lines = "$token $($lab.Ed25519)", "@revoked * $($lab.Ed25519)"
            Assert-Refused 'HostKeyRevoked' $lines -Says '-known:2'
            Assert-Refused 'HostKeyRevoked' $lines -Parameter @{ HostKey = Get-Fingerprint $lab.Ed25519; AcceptNewHostKey = $true }
        }

        It 'has the fingerprint that is pinned is trusted, whatever known_hosts says' {
            (Get-KnownLogin "$token $($lab.Ca)" @{ HostKey = Get-Fingerprint $lab.Ed25519 }).Port | Should -Be $port
        }

        It 'has another fingerprint than the pinned is refused, whatever known_hosts says' {
            $pin = @{ HostKey = Get-Fingerprint $lab.Ca; AcceptNewHostKey = $true }
            Assert-Refused 'HostKeyNotPinned' "$token $($lab.Ed25519)" -Parameter $pin -Says (Get-Fingerprint $lab.Ed25519), (Get-Fingerprint $lab.Ca)
        }

        It 'is certified by <What> is <Done>' -ForEach @(
            @{ What = 'an authority that is known'; Done = 'trusted'; Known = { "@cert-authority [$Address]:$(Get-SetupPort 'host-certificate') $($lab.Ca)" }; ErrorId = '' }
            @{ What = 'another authority'; Done = 'refused'; Known = { "@cert-authority * $($lab.Rsa)" }; ErrorId = 'HostKeyUnknown' }
            @{ What = 'a revoked authority'; Done = 'refused'; Known = { "@cert-authority * $($lab.Ca)", "@revoked * $($lab.Ca)" }; ErrorId = 'HostKeyRevoked' }
            @{ What = 'an authority for other names'; Done = 'refused'; Known = { "@cert-authority * $($lab.Ca)" }; Alias = 'elsewhere'; ErrorId = 'HostCertificateRejected' }
        ) {
            $own = New-LabConfig $lab @(if ($Alias) { "HostKeyAlias $Alias" }) -Known (& $Known)
            Test-Ssh $own 'host-certificate' | Should -Be (-not $ErrorId)
            if ($ErrorId) {
                Assert-Error (Get-Failure { New-DeploySession 'host-certificate' -SshConfigFile $own }) -ErrorId $ErrorId -Category 'SecurityError' -Target 'host-certificate'
            }
            else {
                (Get-Login 'host-certificate' @{ SshConfigFile = $own }).User | Should -Be 'root'
            }
        }
    }

    Context 'over jump hosts' {
        It 'checks the host key of <_>' -ForEach 'web1', 'hub', 'inner' {
            $at = @{ web1 = $Address; hub = $Settings['SANDBOX_HUB_ADDRESS']; inner = "[$Address]:$(Get-SetupPort 'ed25519-only')" }[$_]
            $lines = Get-Content -LiteralPath $lab.Known
            $without = @($lines | Where-Object { (-split $_)[0] -ne $at })
            $without.Count | Should -BeLessThan $lines.Count
            $changed = New-LabConfig $lab -Known ($without + "$at $($lab.Ca)")
            Assert-Error (Get-Failure { New-DeploySession 'inner' -SshConfigFile $changed }) -ErrorId 'HostKeyChanged' -Category 'SecurityError' -Target $_ -Action '*New-DeploySession inner -AcceptNewHostKey'

            # The portless name of web1 would stand in for inner.
            if ($_ -ne 'inner') {
                $unknown = New-LabConfig $lab -Known $without
                Assert-Error (Get-Failure { New-DeploySession 'inner' -SshConfigFile $unknown }) -ErrorId 'HostKeyUnknown' -Category 'SecurityError' -Target $_ -Action '*New-DeploySession inner -AcceptNewHostKey'
            }
        }

        It 'opens no way through them to anybody else on this machine' {
            $session = New-DeploySession inner -SshConfigFile $config
            try {
                # This process listens for nothing else.
                $ports = @(ss -Hltnp | Where-Object { $_ -match "pid=$PID," } | ForEach-Object { [int](((-split $_)[3] -split ':')[-1]) })
                $ports.Count | Should -Be 2
                foreach ($port in $ports) {
                    $intruder = [System.Net.Sockets.TcpClient]::new()
                    try {
                        $intruder.ReceiveTimeout = 3000
                        $intruder.Connect('127.0.0.1', $port)
                        $heard = try { $intruder.GetStream().Read([byte[]]::new(64), 0, 64) } catch [System.IO.IOException] { "$($_.Exception.InnerException.SocketErrorCode)" }
                        $heard | Should -BeIn 0, 'ConnectionReset' -Because 'a server would have greeted'
                    }
                    finally {
                        $intruder.Dispose()
                    }
                }

                Invoke-RemoteCommand -Session $session -Command 'id -un' | Should -Be 'root'
            }
            finally {
                Remove-DeploySession $session
            }
        }

        It 'says which jump host leads nowhere' {
            $failure = Get-Failure { New-DeploySession 'behind-refusal' -SshConfigFile $config }
            Assert-Error $failure -ErrorId 'JumpHostRefused' -Category 'ConnectionError' -Target 'behind-refusal' -Action '*AllowTcpForwarding*'
            "$failure" | Should -BeLike 'Jump host one-session lets us in, and cannot connect to behind-refusal (*'
        }

        It 'says which server is not reached' {
            $failure = Get-Failure { New-DeploySession 'web1' -Port 2300 -SshConfigFile $config }
            Assert-Error $failure -ErrorId 'HostUnreachable' -Category 'ConnectionError' -Target 'web1'
            "$failure" | Should -BeLike '*nothing listens on port 2300*'
            $failure = Get-Failure { New-DeploySession 'behind-nothing' -SshConfigFile $config -TimeoutSeconds 2 }
            $failure.FullyQualifiedErrorId | Should -Match '^(HostUnreachable|JumpHostRefused),'
            "$($failure.TargetObject)" | Should -Be 'behind-nothing'
        }

        It 'takes the jump hosts of hosting.yml' {
            $folder = Join-Path $TestDrive 'jump'
            $null = New-Item -ItemType Directory $folder
            Set-Content -LiteralPath "$folder/hosting.yml" @"
servers:
  deep:
    host: $Address
    port: $(Get-SetupPort 'ed25519-only')
    user: root
    identityFile: $(Join-Path $Client 'id_ed25519')
    knownHostsFile: $($lab.Known)
    proxyJump: root@$Address,root@$($Settings['SANDBOX_HUB_ADDRESS'])
"@
            (Get-Login 'deep' @{ SshConfigFile = 'none'; HostingFile = "$folder/hosting.yml" }).From | Should -Be $Settings['SANDBOX_HUB_ADDRESS']
        }
    }

    Context 'to something that is no SSH server' {
        BeforeAll {
            $null = Invoke-Server 'cat >/root/lab/odd-servers.py' -InputText (Get-Content -Raw -LiteralPath "$PSScriptRoot/odd-servers.py")
            $null = Invoke-Server @'
systemd-run --quiet --collect --unit=lab-odd python3 /root/lab/odd-servers.py
for _ in {1..100}; do [ -z "$(ss -Hltn 'sport = :2366')" ] || break; sleep 0.05; done
'@
        }

        It 'gives up in time where it <What>' -ForEach @(
            @{ What = 'says nothing'; Port = 2361; Says = '*no answer within 2 s*' }
            @{ What = 'says nothing after its greeting'; Port = 2362; Says = '*no answer within 2 s*' }
            @{ What = 'hangs up'; Port = 2363; Says = '*' }
            @{ What = 'speaks another language'; Port = 2364; Says = '*' }
            @{ What = 'never stops talking'; Port = 2365; Says = '*' }
            @{ What = 'says what would control a terminal'; Port = 2366; Says = '*go away*' }
        ) {
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $failure = Get-Failure { New-DeploySession web1 -Port $Port -SshConfigFile $config -TimeoutSeconds 2 }
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            Assert-Error $failure -ErrorId 'HostUnreachable' -Category 'ConnectionError' -Target 'web1' -Action '*port of web1*'
            "$failure" | Should -BeLike "Cannot connect to web1 (${Address}:$Port): $Says."
            "$failure".Length | Should -BeLessThan 700
            "$failure" | Should -Not -Match '[\x00-\x1f\x7f]'
        }
    }

    Context 'that renews its keys' {
        It 'goes on, and trusts the host key that it knows' {
            $session = New-DeploySession 'renewing' -SshConfigFile $config
            try {
                $lines = @(Invoke-RemoteCommand -Session $session -Command 'yes "$(head -c 999 /dev/zero | tr "\0" x)" | head -n 9000; id -un')
                $lines.Count | Should -Be 9001
                $lines[-1] | Should -Be 'root'
            }
            finally {
                Remove-DeploySession $session
            }

            @((Get-LabLog 'renewing') -split "`n" | Where-Object { $_ -match 'rekey' }).Count | Should -BeGreaterThan 1
        }
    }

    Context 'that leads to no shell' {
        It 'says so on <Name>' -ForEach @(
            @{ Name = 'no-session'; ErrorId = 'ShellRefused'; Category = 'PermissionDenied'; Says = '*refuses to open a shell*' }
            @{ Name = 'forced-command'; ErrorId = 'ShellEnded'; Category = 'ResourceUnavailable'; Says = '*nothing for you*' }
        ) {
            $failure = Get-Failure { New-DeploySession $Name -SshConfigFile $config }
            Assert-Error $failure -ErrorId $ErrorId -Category $Category -Target $Name
            "$failure" | Should -BeLike $Says
        }
    }
}
