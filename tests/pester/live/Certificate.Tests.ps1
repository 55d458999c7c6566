# Proves: a good certificate is kept, production really replaces staging, and no later deployment takes HTTPS away or brings
# the staging certificate back by itself (H1 H2 H4 H6).

Describe 'The certificate of a deployed app' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        Push-Location $Client
        $session = New-DeploySession web1
        $staging = Join-Path $Client 'acme-roots-staging.pem'
        $production = Join-Path $Client 'acme-roots-production.pem'

        function Get-Serial {
            # Of the certificate that nginx really serves.
            Invoke-Tool -Name bash -ArgumentList '-c', "openssl s_client -connect ${Address}:443 -servername $Domain </dev/null 2>/dev/null | openssl x509 -noout -serial"
        }
    }

    AfterAll {
        Remove-DeploySession $session
        Pop-Location
    }

    Context 'while it is good' {
        BeforeAll {
            $serial = Get-Serial
            $requests = Invoke-Server 'ls /var/log/letsencrypt | wc -l'
            $result = Request-Certificate cigar -Session $session
        }

        It 'is kept' {
            "$($result.Status)" | Should -Be 'Unchanged'
            $result.Changes | Should -BeNullOrEmpty
            Get-Serial | Should -Be $serial
            Invoke-Server 'ls /var/log/letsencrypt | wc -l' | Should -Be $requests -Because 'certbot is not even asked'
        }

        It 'tells when it ends' {
            $end = [datetimeoffset]::Parse($result.Facts['expires'], [cultureinfo]::InvariantCulture)
            $end.ToUnixTimeSeconds() | Should -Be (Invoke-Server 'date -d "$(openssl x509 -in /etc/letsencrypt/live/cigar/fullchain.pem -noout -enddate | cut -d= -f2)" +%s')
        }

        It 'is renewed with -Force' {
            "$((Request-Certificate cigar -Session $session -Force).Status)" | Should -Be 'Changed'
            Get-Serial | Should -Not -Be $serial
            Get-PageAfterReload '/up' -RootFile $staging | Should -Be 'OK'
        }
    }

    Context 'with another name' {
        BeforeAll {
            $folder = New-HostingFolder (Join-Path $TestDrive 'alias') -Edit @{ 'branch: main' = "branch: main`n    aliases: [www.cigars.remoteds.us]" }
            Push-Location $folder
            $result = Request-Certificate cigar -Session $session
        }

        AfterAll {
            Pop-Location
        }

        It 'gets a certificate for all its names' {
            "$($result.Status)" | Should -Be 'Changed'
            Invoke-Server 'openssl x509 -in /etc/letsencrypt/live/cigar/fullchain.pem -noout -ext subjectAltName | tr -d " " | grep DNS' |
                Should -Be 'DNS:cigars.remoteds.us,DNS:www.cigars.remoteds.us'
            Invoke-Tool -Name curl -ArgumentList '--silent', '--show-error', '--retry', '2', '--retry-delay', '1', '--retry-all-errors', '--cacert', $staging, '--resolve', "www.${Domain}:443:$Address", "https://www.$Domain/up" | Should -Be 'OK'
        }
    }

    Context 'from production' {
        BeforeAll {
            $result = Request-Certificate cigar -Session $session -Issuer Production
        }

        It 'replaces the one from staging' {
            "$($result.Status)" | Should -Be 'Changed'
            $result.Changes -join "`n" | Should -BeLike '*replace*https://acme.sandbox.test*'
            Get-PageAfterReload '/up' -RootFile $production | Should -Be 'OK'
            { Get-Page '/up' -RootFile $staging } | Should -Throw '*exit code 60*'
            Invoke-Server 'ls /etc/letsencrypt/renewal' | Should -Be 'cigar.conf' -Because 'the staging one must not be renewed beside it'
        }

        It 'is kept the second time' {
            $serial = Get-Serial
            "$((Request-Certificate cigar -Session $session -Issuer Production).Status)" | Should -Be 'Unchanged'
            Get-Serial | Should -Be $serial
        }

        It 'outlives an update' {
            $serial = Get-Serial
            $commit = New-Commit 'Under production''s certificate'
            "$((Invoke-Deployment).Result.Status)" | Should -Be 'Succeeded'
            (Get-Page '/version' -RootFile $production) | Should -BeLike "*$commit*"
            Get-Serial | Should -Be $serial
        }

        It 'is not given up for staging by a deployment with -Setup' {
            $folder = New-HostingFolder (Join-Path $TestDrive 'production') -Edit @{ 'issuer: staging' = 'issuer: production' }
            $serial = Get-Serial
            Push-Location $folder
            try {
                $run = Invoke-Deployment @{ Setup = $true }
            }
            finally {
                Pop-Location
            }

            "$((Get-Step $run.Result 'Certificate').Status)" | Should -Be 'Unchanged'
            $run.Lines | Should -Contain '✅ SSL certificate valid (production)'
            Get-Serial | Should -Be $serial
        }
    }

    Context 'that cannot be had' {
        It 'leaves the one that serves and says why' {
            $null = Invoke-Sandbox dns unreachable.cigars.remoteds.us $NoAddress
            $folder = New-HostingFolder (Join-Path $TestDrive 'unreachable') -Edit @{ 'branch: main' = "branch: main`n    aliases: [unreachable.cigars.remoteds.us]" }
            $serial = Get-Serial
            Push-Location $folder
            try {
                $failure = Get-Failure { Request-Certificate cigar -Session $session -Issuer Production }
            }
            finally {
                Pop-Location
            }

            $failure.FullyQualifiedErrorId | Should -BeLike 'CertificateNotIssued,*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Request-Certificate cigar*'
            Get-Serial | Should -Be $serial
            Get-Page '/up' -RootFile $production | Should -Be 'OK'
            Invoke-Server 'nginx -t 2>&1' | Should -BeLike '*test is successful*'
        }
    }
}
