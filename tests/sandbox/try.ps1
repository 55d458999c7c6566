<#
.SYNOPSIS
    Shows a deployment for real: boots the sandbox, deploys the sample app, deploys a new commit, fetches the page.
.DESCRIPTION
    Called by ./build.sh try, which has built and imported the module. Leaves the server up.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$sandbox = Join-Path $PSScriptRoot 'sandbox.sh'

function Invoke-Sandbox {
    & $sandbox @args | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "sandbox.sh $args failed with exit code $LASTEXITCODE."
    }
}

function Get-Page {
    # The certificate is verified against the root of the sandbox's ACME server, as a browser would verify it.
    param([HostingDeploy.HostingApp] $App, [string] $Client, [string] $Path = '/')

    $domain = $App.Domain
    $page = curl --silent --show-error --fail --cacert (Join-Path $Client 'acme-roots.pem') --resolve "${domain}:443:$($App.Server.HostName)" "https://$domain$Path"
    if ($LASTEXITCODE -ne 0) {
        throw "https://$domain$Path could not be fetched (curl: exit code $LASTEXITCODE)."
    }

    $page -join "`n"
}

Invoke-Sandbox up
$state = if ($env:HOSTINGDEPLOY_SANDBOX) { $env:HOSTINGDEPLOY_SANDBOX } else { '/var/lib/hostingdeploy-sandbox' }
$client = Join-Path $state 'client'
Push-Location $client
try {
    $app = Get-DeployApp cigar
    Write-Host "`n> Invoke-AppDeployment cigar -Setup`n"
    $first = Invoke-AppDeployment cigar -Setup

    Write-Host "`nA new commit is pushed to the branch main:"
    Invoke-Sandbox commit 'A new version'
    Write-Host "`n> Invoke-AppDeployment cigar`n"
    $second = Invoke-AppDeployment cigar

    $page = Get-Page $app $client
    $version = Get-Page $app $client '/version'
    Write-Host "`nhttps://$($app.Domain)/, its certificate verified, shows what PostgreSQL holds:"
    [regex]::Matches($page, '<li>([^<]*)</li>') | ForEach-Object { Write-Host "  $($_.Groups[1].Value)" }
    Write-Host "https://$($app.Domain)/version: $version"
    if ($version -notmatch $second.Commit) {
        throw "The page shows another commit than the one deployed ($($second.Commit))."
    }

    $first, $second | Out-Host
    $second.Steps | Out-Host
    Write-Host @"
The server is still up. To look at it:
  ./build.sh shell                  a prompt with the module, beside the sandbox's hosting.yml; try: Test-PumaService cigar
  ./build.sh sandbox ssh web1       a shell on the server
  curl --cacert $client/acme-roots.pem --resolve $($app.Domain):443:$($app.Server.HostName) https://$($app.Domain)/
To take it down:
  ./build.sh sandbox down
"@
}
finally {
    Pop-Location
}
