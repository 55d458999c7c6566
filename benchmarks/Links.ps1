# Ways to web1 that differ in their delay, and count. Needs Live.ps1, and $Work for the files of the clients.

function New-Link {
    # A way to web1 through a proxy on the hub that halves the delay between the directions, and the folder of a client that goes it.
    param([int] $RoundTripMilliseconds)

    $port = 2400 + $RoundTripMilliseconds
    $hub = $Settings['SANDBOX_HUB_ADDRESS']
    $null = Invoke-Server 'cat >/run/benchmark-proxy.py' -HostName hub -InputText (Get-Content -Raw -LiteralPath (Join-Path $PSScriptRoot '../tests/pester/live/delay-proxy.py'))
    $null = Invoke-Server -HostName hub @"
systemctl stop benchmark-link-$port 2>/dev/null || true
systemd-run --quiet --collect --unit=benchmark-link-$port python3 /run/benchmark-proxy.py $port $Address 22 $($RoundTripMilliseconds / 2) /run/benchmark-trips-$port
for _ in {1..100}; do [ -z "`$(ss -Hltn 'sport = :$port')" ] || exit 0; sleep 0.05; done
exit 1
"@
    $path = New-HostingFolder (Join-Path $Work "link-$RoundTripMilliseconds") -Edit @{ "host: $Address" = "host: $hub`n    port: $port" }
    $known = Join-Path $path 'known_hosts'
    $keys = Get-Content -LiteralPath $known | Where-Object { $_ -like "$Address *" } | ForEach-Object { "[$hub]:$port" + $_.Substring($Address.Length) }
    Add-Content -LiteralPath $known $keys
    $config = Join-Path $path 'ssh_config'
    Set-Content -LiteralPath $config @"
Host web1
  HostName $hub
  Port $port
  User root
  IdentityFile $path/id_ed25519
  IdentitiesOnly yes
  UserKnownHostsFile $known
  StrictHostKeyChecking yes
"@
    [pscustomobject]@{ Name = "$RoundTripMilliseconds ms"; Port = $port; Path = $path; SshConfig = $config }
}

function Stop-Link {
    $null = Invoke-Server -HostName hub 'systemctl stop "benchmark-link-*"; rm -f /run/benchmark-*'
}

function Get-TripCount {
    # What the link itself has counted; a last byte on its way is not lost sight of. A direct way does not count.
    param($Link)

    if ($Link.Name -eq 'direct') {
        return $null
    }

    [int](-split (Invoke-Server -HostName hub "sleep 0.2; cat /run/benchmark-trips-$($Link.Port)"))[0]
}
