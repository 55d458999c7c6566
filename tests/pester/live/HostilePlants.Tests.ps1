# Proves: whatever the app's own user puts below /var/www/cigar, no deployment, plan, rollback or removal follows it as root: what
# is elsewhere stays as it is and is not even read, and what cannot be done is an error of its own that names the path.

Describe 'An app''s user that plants <Kind> for <What>' -Tag Live, Long -ForEach @(
    @{ Kind = 'link'; What = 'folders' }
    @{ Kind = 'link'; What = 'files' }
    @{ Kind = 'link'; What = 'vital files' }
    @{ Kind = 'missing'; What = 'files' }
    @{ Kind = 'missing'; What = 'vital files' }
    @{ Kind = 'endless'; What = 'vital files' }
    @{ Kind = 'other'; What = 'folders' }
    @{ Kind = 'other'; What = 'vital files' }
) {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Hostile.ps1"
        Import-BuiltModule
        $branch = New-NeighbourBranch
        Push-Location (New-NeighbourFolder (Join-Path $TestDrive (New-Guid)) -Branch $branch)
        Restore-Neighbour

        $live = Invoke-Server 'basename "$(readlink /var/www/cigar/current)"'
        $before = Invoke-Server "ls /var/www/cigar/releases | grep -vx '$live' | tail -n 1"
        # One in another's place would hide it, and without a vital one a deployment does not get to the others: each has a turn.
        $paths = switch ($What) {
            'folders' {
                "releases/$live", "releases/$before/public", "releases/$before/db/migrate", 'releases/.unfinished', 'releases/.gone', 'releases/.new', 'repo/hooks',
                'shared/home', 'shared/log', 'shared/tmp', 'shared/storage', 'shared/bundle', 'repo', 'build', 'bundle', 'releases', 'shared', 'slots', 'slots/a', 'slots/b', 'current', 'live.sock'
            }
            'files' {
                foreach ($name in 'REVISION', '.gitmodules', 'public/404.html', 'public/robots.txt', 'log', 'tmp', 'storage') { "releases/$live/$name", "releases/$before/$name" }
                'repo/FETCH_HEAD', 'repo/description', 'shared/home/.bundle-app', 'shared/home/.bundle', 'shared/log/production.log', 'shared/tmp/pids', 'shared/tmp/cache', 'build/source', 'build/.bundle', 'build/.gem'
            }
            'vital files' {
                foreach ($name in 'Gemfile', 'Gemfile.lock', 'config.ru', 'Rakefile', 'config/database.yml', 'public/assets', 'db/migrate') { "releases/$live/$name", "releases/$before/$name" }
                'repo/HEAD', 'repo/config', 'repo/packed-refs', 'repo/objects/info/alternates', 'repo/shallow', "repo/refs/heads/$branch", 'shared/bundle/ruby', 'bundle/ruby', 'bundle/.settings'
            }
        }

        $planted = @(Invoke-Planting $Kind ($paths | ForEach-Object { "/var/www/cigar/$_" }))
        $canary = Get-Canary
        $null = New-Commit 'Another' -Branch $branch

        # Each step alone: an error of one must not keep the next from meeting what lies in its way.
        $lines = @(
            if ($Kind -eq 'link') { 'New-AppDirectory cigar' }
            'Invoke-AppDeployment cigar -WhatIf', 'Invoke-RemoteGitClone cigar', 'Install-AppBundle cigar -Force'
            if ($Kind -eq 'link') { 'Publish-SystemdUnit cigar', 'Update-AppDatabase cigar', 'Build-AppAsset cigar -Force', 'Publish-NginxSite cigar', 'Get-AppRelease cigar' }
            'Start-PumaService cigar', 'Undo-AppDeployment cigar -Confirm:$false', 'Invoke-AppDeployment cigar'
        )
        $attempts = foreach ($line in $lines) { Invoke-Attempt $line }
        $sprung = Get-Sprung
        $after = Get-Canary
        $removal = Invoke-Attempt 'Remove-AppDeployment cigar -Confirm:$false'
        $sprungByRemoval = Get-Sprung
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    It 'makes root follow nothing' {
        $sprung | Should -BeNullOrEmpty
    }

    It 'changes nothing beyond its own' {
        Compare-Canary $canary $after | Should -BeNullOrEmpty
    }

    It 'keeps nobody waiting, and errors are ones that name what is wrong' {
        Get-BadEnding $attempts | Should -BeNullOrEmpty
        @($attempts | Where-Object { $_.ErrorId -eq 'UnsafePath' -and $_.Message -notmatch '/var/www/cigar/' }) | Should -BeNullOrEmpty
    }

    It 'is taken off the server whole' {
        $removal.ErrorId | Should -BeNullOrEmpty -Because $removal.Message
        $sprungByRemoval | Should -BeNullOrEmpty
        Invoke-Server 'ls -d /var/www/cigar /etc/hosting/cigar /var/lib/hosting/cigar 2>/dev/null || true' | Should -BeNullOrEmpty
    }
}
