# sshd on web1 in every set-up that people run, each on a port of its own beside the usual one, and the client's side of them: an
# ssh_config, a known_hosts and keys. Needs Live.ps1.

$SshSetups = [ordered]@{
    'ed25519-only'         = 'HostKey /root/lab/ed25519'
    'rsa-only'             = 'HostKey /root/lab/rsa'
    'many-keys'            = "HostKey /root/lab/ed25519`nHostKey /root/lab/ecdsa`nHostKey /root/lab/rsa`nLogLevel DEBUG1"
    'host-certificate'     = "HostKey /root/lab/ed25519`nHostCertificate /root/lab/ed25519-cert.pub"
    'password-only'        = "HostKey /root/lab/ed25519`nPubkeyAuthentication no`nPasswordAuthentication yes"
    'keyboard-interactive' = "HostKey /root/lab/ed25519`nPubkeyAuthentication no`nPasswordAuthentication no`nKbdInteractiveAuthentication yes"
    'user-certificate'     = "HostKey /root/lab/ed25519`nAuthorizedKeysFile none`nTrustedUserCAKeys /root/lab/user-ca.pub"
    'key-and-password'     = "HostKey /root/lab/ed25519`nPasswordAuthentication yes`nAuthenticationMethods publickey,password"
    'renewing'             = "HostKey /root/lab/ed25519`nHostKey /root/lab/rsa`nRekeyLimit 4M`nLogLevel DEBUG1"
    'one-session'          = "HostKey /root/lab/ed25519`nMaxSessions 1`nAllowTcpForwarding no"
    'two-sessions'         = "HostKey /root/lab/ed25519`nMaxSessions 2"
    'no-session'           = "HostKey /root/lab/ed25519`nMaxSessions 0"
    'forced-command'       = "HostKey /root/lab/ed25519`nForceCommand echo nothing for you"
}

function Get-SetupPort {
    param([Parameter(Mandatory)] [string] $Name)

    2301 + [array]::IndexOf(@($SshSetups.Keys), $Name)
}

function Invoke-KeyGenerator {
    # ssh-keygen, without its talk.
    $null = Invoke-Tool -Name ssh-keygen -ArgumentList (@('-q') + $args)
}

function New-SshLab {
    # Starts the servers and writes the client's files into the folder.
    param([Parameter(Mandatory)] [string] $Path)

    $null = New-Item -ItemType Directory $Path -Force
    $key = Join-Path $Client 'id_ed25519'

    # A key of the client's for which a certificate is all that lets it in; keys of other kinds, which root may log in with.
    Invoke-KeyGenerator -t ed25519 -N '' -f "$Path/user-ca"
    Invoke-KeyGenerator -t ed25519 -N '' -f "$Path/certified"
    Invoke-KeyGenerator -s "$Path/user-ca" -I lab -n root "$Path/certified.pub"
    Invoke-KeyGenerator -t ed25519 -N '' -f "$Path/stranger"
    Invoke-KeyGenerator -t rsa -b 3072 -N '' -f "$Path/rsa"
    Invoke-KeyGenerator -t ecdsa -N '' -m PKCS8 -f "$Path/ecdsa-pkcs8"
    Invoke-KeyGenerator -t rsa -b 2048 -N 'rsa passphrase' -m PEM -f "$Path/rsa-pem"
    $publicKeys = 'rsa', 'ecdsa-pkcs8', 'rsa-pem' | ForEach-Object { Get-Content -LiteralPath "$Path/$_.pub" }

    $servers = foreach ($name in $SshSetups.Keys) {
        "serve '$name' '$(Get-SetupPort $name)' '$($SshSetups[$name])'"
    }
    $hostKeys = Invoke-Server @"
mkdir -p /root/lab /run/sshd
chmod 700 /root/lab
cd /root/lab
[ -f ed25519 ] || ssh-keygen -q -t ed25519 -N '' -f ed25519
[ -f ecdsa ] || ssh-keygen -q -t ecdsa -N '' -f ecdsa
[ -f rsa ] || ssh-keygen -q -t rsa -b 3072 -N '' -f rsa
[ -f ca ] || ssh-keygen -q -t ed25519 -N '' -f ca
ssh-keygen -q -s ca -h -I lab -n $Address,lab.example.org ed25519.pub 2>/dev/null
printf '%s\n' '$(Get-Content -LiteralPath "$Path/user-ca.pub")' >user-ca.pub
printf '%s\n' '$($publicKeys -join "' '")' >>/root/.ssh/authorized_keys
cp /root/.ssh/authorized_keys authorized_keys
serve() {
  printf 'Port %s\nPidFile none\nUsePAM yes\nPermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nLogLevel VERBOSE\n' "`$2" >"`$1.conf"
  printf '%s\n' "`$3" >>"`$1.conf"
  : >"`$1.log"
  # What stands first in sshd_config counts.
  printf '%s\n' "`$3" | cat - "`$1.conf" >"`$1.new" && mv "`$1.new" "`$1.conf"
  systemctl stop "lab-`$1" 2>/dev/null || true
  systemd-run --quiet --collect --unit="lab-`$1" /usr/sbin/sshd -D -f "/root/lab/`$1.conf" -E "/root/lab/`$1.log"
}
$($servers -join "`n")
for port in $(@($SshSetups.Keys | ForEach-Object { Get-SetupPort $_ }) -join ' '); do
  for _ in {1..100}; do [ -z "`$(ss -Hltn "sport = :`$port")" ] || break; sleep 0.05; done
  [ -n "`$(ss -Hltn "sport = :`$port")" ]
done
cat ed25519.pub ecdsa.pub rsa.pub ca.pub
"@
    $ed25519, $ecdsa, $rsa, $ca = $hostKeys -split "`n" | ForEach-Object { (-split $_)[0..1] -join ' ' }

    $known = foreach ($name in $SshSetups.Keys) {
        $token = "[$Address]:$(Get-SetupPort $name)"
        switch ($name) {
            'host-certificate' { "@cert-authority $token $ca" }
            'rsa-only' { "$token $rsa" }
            default { "$token $ed25519" }
        }
    }
    $known = @($known) + @(Get-Content -LiteralPath $Settings['SANDBOX_KNOWN_HOSTS'])
    Set-Content -LiteralPath "$Path/known_hosts" $known

    $blocks = foreach ($name in $SshSetups.Keys) {
        "Host $name`n  HostName $Address`n  Port $(Get-SetupPort $name)"
    }
    Set-Content -LiteralPath "$Path/ssh_config" @"
Host user-certificate
  IdentityFile $Path/certified
Host web1
  HostName $Address
Host hub
  HostName $($Settings['SANDBOX_HUB_ADDRESS'])
  ProxyJump web1
# Two jumps deep: web1, from there the hub, from there this sshd of web1.
Host inner
  HostName $Address
  Port $(Get-SetupPort 'ed25519-only')
  ProxyJump hub
Host behind-nothing
  HostName $NoAddress
  ProxyJump web1
Host behind-refusal
  HostName $Address
  ProxyJump one-session
$($blocks -join "`n")
Match originalhost user-certificate
  CertificateFile $Path/certified-cert.pub
Host * !user-certificate
  IdentityFile $key
Host *
  User root
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile $Path/known_hosts
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
"@
    Set-Content -LiteralPath "$Path/keyless_config" ((Get-Content -Raw -LiteralPath "$Path/ssh_config").Replace("  IdentityFile $key`n", ''))
    @{
        Path    = $Path
        Config  = "$Path/ssh_config"
        Keyless = "$Path/keyless_config"
        Known   = "$Path/known_hosts"
        Ed25519 = $ed25519
        Ecdsa   = $ecdsa
        Rsa     = $rsa
        Ca      = $ca
    }
}

function Get-LabLog {
    # What an sshd of the lab has logged.
    param([Parameter(Mandatory)] [string] $Name)

    Invoke-Server "cat /root/lab/$Name.log"
}

function New-LabConfig {
    # The lab's ssh_config with lines before it, which therefore win; known_hosts of its own when one is given.
    param([Parameter(Mandatory)] [hashtable] $Lab, [string[]] $Line = @(), [string[]] $Known, [switch] $Keyless)

    $file = Join-Path $Lab.Path "config-$((New-Guid).ToString('N'))"
    $first = @()
    if ($PSBoundParameters.ContainsKey('Known')) {
        Set-Content -LiteralPath "$file-known" $Known
        $first = "UserKnownHostsFile $file-known"
    }

    Set-Content -LiteralPath $file (@($first) + $Line + @('Match all', (Get-Content -Raw -LiteralPath $(if ($Keyless) { $Lab.Keyless } else { $Lab.Config }))))
    $file
}

function Get-Fingerprint {
    # SHA256:…, as ssh-keygen says it, of a public key.
    param([Parameter(Mandatory)] [string] $Key)

    (-split (Invoke-Tool -Name ssh-keygen -ArgumentList '-l', '-f', '-' -InputText $Key))[1]
}

function Get-Login {
    # Connects, runs a command as root and closes: who it runs as, and what sshd says of the connection: client address and port, server address and port.
    param([Parameter(Mandatory)] [string] $Name, [hashtable] $Parameter = @{})

    $session = New-DeploySession $Name @Parameter
    try {
        $said = @(Invoke-RemoteCommand -Session $session -Sudo 'id -un; echo "${SSH_CONNECTION-}"')
    }
    finally {
        Remove-DeploySession $session
    }

    $from, $null, $null, $port = -split $said[1]
    [pscustomobject]@{ User = $said[0]; From = $from; Port = $port }
}

function ConvertTo-Secret {
    # What PowerShell keeps passwords in.
    param([Parameter(Mandatory)] [string] $Text)

    ConvertTo-SecureString $Text -AsPlainText -Force
}

function Start-Agent {
    # A real ssh-agent that listens at the socket when this returns; Kill() ends it.
    param([Parameter(Mandatory)] [string] $Socket)

    $start = [System.Diagnostics.ProcessStartInfo]::new('ssh-agent')
    $start.RedirectStandardOutput = $true
    foreach ($argument in '-D', '-a', $Socket) {
        $start.ArgumentList.Add($argument)
    }

    $agent = [System.Diagnostics.Process]::Start($start)

    # Its first line comes when it listens.
    $null = $agent.StandardOutput.ReadLine()
    $agent
}
