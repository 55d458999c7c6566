# Proves: a process of the app's own users that exchanges whatever they may write with links, in a tight loop and through twenty
# deployments, plans, rollbacks and a removal, makes root follow none of them.

Describe 'An app''s user that swaps everything in a loop' -Tag Live, Long {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Hostile.ps1"
        Import-BuiltModule
        $branch = New-NeighbourBranch
        Push-Location (New-NeighbourFolder (Join-Path $TestDrive 'hosting') -Branch $branch)
        Restore-Neighbour
        $manifest = Invoke-Server 'cd /var/www/cigar/current/public/assets/ && ls -A | grep -m1 manifest'

        # What a deployment can do without is swapped from the beginning; what keeps it from getting anywhere, in the last round.
        $patterns = @(
            foreach ($name in 'REVISION', 'public/assets', "public/assets/$manifest.own", 'public/.assets.part', 'public/robots.txt') { "/var/www/cigar/releases/.unfinished/$name"; "/var/www/cigar/releases/[0-9]*/$name" }
            foreach ($name in '.unfinished', '.gone', '.part', '.new') { "/var/www/cigar/releases/$name" }
            foreach ($name in 'log', 'storage', 'tmp/pids', 'home/.bundle', 'log/production.log') { "/var/www/cigar/shared/$name" }
            foreach ($name in 'description', 'objects/info/alternates') { "/var/www/cigar/repo/$name" }
            '/var/www/cigar/build/.bundle', '/var/www/cigar/build/.gem', '/run/hosting-plan.*/git/objects/info/alternates'
        )
        $vital = @(
            foreach ($name in 'Gemfile', 'Gemfile.lock', 'db/migrate', 'public', 'log', 'tmp', 'storage') { "/var/www/cigar/releases/.unfinished/$name"; "/var/www/cigar/releases/[0-9]*/$name" }
            foreach ($name in 'HEAD', 'FETCH_HEAD', 'hooks', 'config', 'packed-refs', "refs/heads/$branch", 'refs/heads') { "/var/www/cigar/repo/$name" }
            foreach ($name in 'shared/home', 'shared/tmp', 'shared/tmp/cache', 'shared/bundle', 'bundle/ruby', 'bundle/.settings', 'bundle/.settings/config', 'build/source', 'build/source/Gemfile', 'build/source/Gemfile.lock') { "/var/www/cigar/$name" }
            '/run/hosting-plan.*/git', '/run/hosting-plan.*/git/HEAD'
        )

        function Start-Swapping {
            param([string[]] $Pattern)

            foreach ($user in 'cigar', '_cigar') {
                if (Test-ServerUser $user) {
                    Start-Attack "exec perl /srv/hostile/swap.pl swap-$user $(@($Pattern | ForEach-Object { "'$_'" }) -join ' ')" -User $user
                }
            }
        }

        Set-Trap 'swap-cigar', 'swap-_cigar'
        $canary = Get-Canary
        Start-Swapping $patterns

        # Twenty in all.
        $attempts = foreach ($round in 1..4) {
            $null = New-Commit "Another $round" -Branch $branch
            if ($round -eq 4) { Start-Swapping $vital }
            foreach ($line in 'Invoke-AppDeployment cigar -WhatIf', 'Invoke-AppDeployment cigar', 'Undo-AppDeployment cigar -Confirm:$false', 'Build-AppAsset cigar -Force', 'Invoke-RemoteGitClone cigar') {
                Invoke-Attempt $line -Seconds 120
            }
        }

        $swapping = Invoke-Server 'systemctl list-units --no-legend --plain "attack-*.service" | grep -c running || true'
        $sprung = Get-Sprung
        $after = Get-Canary
        $removal = Invoke-Attempt 'Remove-AppDeployment cigar -Confirm:$false'
        $sprungByRemoval = Get-Sprung
        $afterRemoval = Get-Canary
        Stop-Attack
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    It 'swaps all the time' {
        [int]$swapping | Should -BeGreaterThan 0
        $attempts.Count | Should -Be 20
    }

    It 'makes root follow nothing' {
        $sprung | Should -BeNullOrEmpty
        $sprungByRemoval | Should -BeNullOrEmpty
    }

    It 'changes nothing beyond its own' {
        Compare-Canary $canary $after | Should -BeNullOrEmpty
    }

    It 'keeps nobody waiting, and every error is one of its own' {
        Get-BadEnding $attempts | Should -BeNullOrEmpty
    }

    It 'is taken off the server whole, and ends' {
        $removal.ErrorId | Should -BeNullOrEmpty -Because $removal.Message
        Invoke-Server '{ ls -d /var/www/cigar /etc/hosting/cigar /var/lib/hosting/cigar; pgrep -u cigar,_cigar; grep -E "^_?cigar:" /etc/passwd; } 2>/dev/null || true' | Should -BeNullOrEmpty
    }

    It 'leaves the neighbour and the server as they were when it is gone' {
        $expected = $OfHandover + @{
            '/etc/nginx/sites-available/cigar'              = 'the site of the app'
            '/etc/nginx/sites-enabled/cigar'                = 'the site of the app'
            '/etc/systemd/system/puma-cigar@.service'       = 'the unit of the app'
            '/etc/systemd/system/puma-cigar@.socket'        = 'the unit of the app'
            '/etc/letsencrypt/renewal/cigar.conf'           = 'the certificate of the app'
            '/var/lib/hosting/nginx.loaded'                 = 'nginx was reloaded without the site'
            '/etc/passwd'                                   = 'the users of the app, told by line'
            '/etc/letsencrypt'                              = 'certbot'
            'nginx'                                         = 'nginx was reloaded without the site'
        }
        Compare-Canary $canary $afterRemoval $expected | Where-Object { $_ -notmatch '/etc/letsencrypt/(live|archive|csr|keys)/(cigar|\d)' -and $_ -notmatch 'database cigar_|role \(' } | Should -BeNullOrEmpty
    }
}
