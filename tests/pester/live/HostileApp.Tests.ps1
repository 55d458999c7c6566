# Proves: whatever the app's own user does to get at root, at another app or at what a later deployment stands on: each way once
# found is tried again, from outside of Puma's sandbox, and ends in nothing or in an error of its own.

Describe 'What an app''s user gets by' -Tag Live, Long {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Hostile.ps1"
        Import-BuiltModule
        $branch = New-NeighbourBranch
        Push-Location (New-NeighbourFolder (Join-Path $TestDrive 'hosting') -Branch $branch)

        function Get-RepositoryUser {
            Invoke-Server 'stat -c %U /var/www/cigar/repo'
        }
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    Context 'links in public, asked for through nginx' {
        BeforeAll {
            Restore-Neighbour
            Set-Trap 'public'
            $planted = Invoke-Attacker 'cd /var/www/cigar/current/public; ln -s /var/log/nginx/access.log log.txt; ln -s /etc/passwd passwd.txt; ln -s /var/log/nginx logs; ls'
            $answers = foreach ($path in 'log.txt', 'passwd.txt', 'logs/access.log') {
                Invoke-Tool -Name curl -ArgumentList '--silent', '--cacert', $Roots, '--resolve', "${Domain}:443:$Address", "https://$Domain/$path"
            }
            $robots = Get-Page '/robots.txt'
        }

        It 'is nothing that it may not read' {
            $planted | Should -BeLike '*log.txt*'
            $answers -join "`n" | Should -Not -Match 'GET /|root:x:0'
        }

        It 'leaves the app''s own files served' {
            $robots | Should -Not -BeNullOrEmpty
        }
    }

    Context 'a repository that tells of other commits' {
        BeforeAll {
            Restore-Neighbour
            # A repository of the attacker's with a back door on the same branch, and replacements of the commit in the app's own.
            $owner = Get-RepositoryUser
            $head = New-Commit 'The real one' -Branch $branch
            $null = Invoke-Attacker -User 'cigar' @"
exec 2>&1
set -x
cd /var/www/cigar/shared/tmp
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x
git clone -q --bare /var/www/cigar/repo evil.git 2>/dev/null || git init -q --bare evil.git
git init -q evil; cd evil
cp -r /var/www/cigar/current/. . 2>/dev/null; rm -rf log tmp storage
echo 'the back door' >BACKDOOR
git add -A; git commit -qm evil
git push -q -f ../evil.git 'HEAD:refs/heads/$branch'
git --git-dir=/var/www/cigar/repo config url./var/www/cigar/shared/tmp/evil.git.insteadOf git@git.sandbox.test:org/cigar.git || true
"@
            $instead = Invoke-Attempt 'Invoke-AppDeployment cigar'
            $releaseInstead = Invoke-Server 'cd /var/www/cigar/current/; cat REVISION; ls BACKDOOR 2>/dev/null || true'

            Restore-Neighbour
            $head2 = New-Commit 'The next real one' -Branch $branch
            $null = Invoke-Attacker -User 'cigar' @"
exec 2>&1
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x GIT_INDEX_FILE=/tmp/evil-index
cd /var/www/cigar/current/
export GIT_DIR=/var/www/cigar/repo GIT_WORK_TREE=/tmp/evil-tree
mkdir -p /tmp/evil-tree; cp -r /var/www/cigar/current/. /tmp/evil-tree 2>/dev/null; cd /tmp/evil-tree; rm -rf log tmp storage
echo 'the back door' >BACKDOOR
git add -A && tree=`$(git write-tree) && evil=`$(git commit-tree -m evil "`$tree") && mkdir -p "`$GIT_DIR/refs/replace" && echo "`$evil" >"`$GIT_DIR/refs/replace/$head2" || true
"@
            $replaced = Invoke-Attempt 'Invoke-AppDeployment cigar'
            $releaseReplaced = Invoke-Server 'cd /var/www/cigar/current/; cat REVISION; ls BACKDOOR 2>/dev/null || true'
        }

        It 'is no other commit, through url.insteadOf' {
            $instead.ErrorId | Should -BeNullOrEmpty -Because $instead.Message
            $releaseInstead | Should -Be $head
        }

        It 'is no other tree, through refs/replace' {
            $replaced.ErrorId | Should -BeNullOrEmpty -Because $replaced.Message
            $releaseReplaced | Should -Be $head2
        }
    }

    Context 'hooks and helpers in the repository' {
        BeforeAll {
            Restore-Neighbour
            Set-Trap 'hook'
            $null = New-Commit 'Hooked' -Branch $branch
            foreach ($user in @('cigar', (Get-RepositoryUser) | Get-Unique)) {
                $null = Invoke-Attacker -User $user @'
exec 2>/dev/null
cd /var/www/cigar/repo || exit 0
mkdir -p hooks
for hook in reference-transaction post-update pre-auto-gc; do
  printf '#!/bin/sh\nsleep 600 &\nexit 0\n' >hooks/$hook; chmod 755 hooks/$hook
done
git config core.hooksPath /var/www/cigar/repo/hooks
git config core.fsmonitor /var/www/cigar/repo/hooks/post-update
git config log.showSignature true
git config gpg.program /var/www/cigar/repo/hooks/post-update
git config tar.tar.command 'cat >/dev/null; echo nothing'
exit 0
'@
            }
            $attempt = Invoke-Attempt 'Invoke-AppDeployment cigar' -Seconds 60
            $locked = Invoke-Server 'flock -n /var/lib/hosting/cigar/lock true || echo held'
            $left = Invoke-Server 'pgrep -u cigar,_cigar -f "sleep 600" 2>/dev/null || pgrep -u cigar -f "sleep 600" || true'
        }

        It 'is no deployment that waits for ever with the lock' {
            $attempt.ErrorId | Should -Not -Be 'Hung'
            $locked | Should -BeNullOrEmpty
        }

        It 'is no process that stays' {
            $left | Should -BeNullOrEmpty
        }
    }

    Context 'changing what git prints to a program of its own' {
        BeforeAll {
            Restore-Neighbour
            Set-Trap 'x'
            $null = Invoke-Server 'gcc -O2 -o /srv/hostile/tamper -x c -' -InputText (Get-Content -Raw -LiteralPath "$PSScriptRoot/tamper.c")
            $null = New-Commit 'Tampered' -Branch $branch
            # After a rollback there is a list of commits to look in.
            $null = Invoke-Attempt 'Undo-AppDeployment cigar -Confirm:$false'
            $owner = Get-RepositoryUser
            $null = Invoke-Attacker "git --git-dir=/var/www/cigar/repo symbolic-ref HEAD 'refs/heads/$branch'" -User $owner
            $canary = Get-Canary
            foreach ($user in 'cigar', $owner | Sort-Object -Unique) { Start-Attack 'exec /srv/hostile/tamper' -User $user }
            $attempts = foreach ($line in 'Invoke-AppDeployment cigar -WhatIf', 'Invoke-AppDeployment cigar', 'Undo-AppDeployment cigar -Confirm:$false') {
                Invoke-Attempt $line
            }

            Stop-Attack
            $tampered = Invoke-Server 'cat /tmp/tampered 2>/dev/null || true'

            # And if it could, by a git that the server's root has replaced: the words of one are not believed.
            $null = Invoke-Server @'
printf '%s\n' '#!/bin/sh' 'case " $* " in *" rev-parse "*) printf "HEAD~0^\nw /root/trap/made #\n"; exit 0 ;; esac' 'exec /usr/bin/git "$@"' >/usr/local/bin/git
chmod 755 /usr/local/bin/git
'@
            $null = New-Commit 'Told otherwise' -Branch $branch
            $told = Invoke-Attempt 'Invoke-AppDeployment cigar'
            $null = Invoke-Server 'rm /usr/local/bin/git'
            $sprung = Get-Sprung
            $after = Get-Canary
            $names = Invoke-Server 'ls /var/www/cigar/releases /var/lib/hosting/cigar/releases | grep -vxE "/.*:|[0-9]{8}-[0-9]{6}-[0-9a-f]{7}" | grep . || true'
        }

        It 'is not possible: git has a capability that it lacks' {
            $tampered | Should -BeNullOrEmpty
            Get-BadEnding $attempts | Should -BeNullOrEmpty
            $attempts[1].ErrorId | Should -BeNullOrEmpty -Because $attempts[1].Message
        }

        It 'is no path and no program of root''s' {
            $sprung | Should -BeNullOrEmpty
            $names | Should -BeNullOrEmpty
            Compare-Canary $canary $after | Should -BeNullOrEmpty
        }

        It 'is an answer that is not believed' {
            $told.ErrorId | Should -Be 'UnexpectedAnswer' -Because $told.Message
        }
    }

    Context 'a Ruby of its own' {
        BeforeAll {
            Restore-Neighbour
            $null = Invoke-Server @'
mkdir -p /home/cigar/.rbenv/shims
for tool in ruby bundle; do
  printf '#!/bin/bash\n{ id -u >>/srv/hostile/ran-as; } 2>/dev/null\nexec /usr/bin/%s "$@"\n' "$tool" >/home/cigar/.rbenv/shims/$tool
done
chmod -R 755 /home/cigar
chown -R cigar: /home/cigar
install -m 0666 /dev/null /srv/hostile/ran-as
'@
            $folder = New-NeighbourFolder (Join-Path $TestDrive 'ruby') -Branch $branch -Cigar "`n    ruby: /home/cigar/.rbenv/shims"
            Push-Location $folder
            try {
                $plan = Invoke-Attempt 'Invoke-AppDeployment cigar -WhatIf'
                $attempt = Invoke-Attempt 'Invoke-AppDeployment cigar'
            }
            finally {
                Pop-Location
            }

            $ranAs = Invoke-Server 'sort -u /srv/hostile/ran-as'
        }

        It 'is not run by root, in a plan or for real' {
            $ranAs -split "`n" | Should -Not -Contain '0'
        }

        It 'is what the app runs with' {
            $plan.ErrorId | Should -BeNullOrEmpty -Because $plan.Message
            $attempt.ErrorId | Should -BeNullOrEmpty -Because $attempt.Message
            Invoke-Server 'systemctl show -p Environment --value "puma-cigar@*.service" >/dev/null; grep -c /home/cigar/.rbenv/shims /etc/hosting/cigar/app.env' | Should -Be '1'
        }
    }

    Context 'names and things that it makes among the releases' {
        BeforeAll {
            Restore-Neighbour
            $live = Invoke-Server 'basename "$(readlink /var/www/cigar/current)"'
            $null = Invoke-Attacker @'
cd /var/www/cigar/releases || exit 0
mkdir $'x\n..' -- '-rf' '*' '20200101-000000-0000000' "20200101-000000-000000'" 2>/dev/null
perl -e 'mkdir "2019" . $_ for 1 .. 20000'
rm -f 2*/Gemfile 2*/Gemfile.lock
for release in 2026*; do mkfifo "$release/Gemfile"; ln -s /dev/zero "$release/Gemfile.lock"; done 2>/dev/null
exit 0
'@
            $listing = Invoke-Attempt 'Get-AppRelease cigar'
            $bundle = Invoke-Attempt 'Install-AppBundle cigar' -Seconds 30
            $null = New-Commit 'Among names' -Branch $branch
            $deployment = Invoke-Attempt 'Invoke-AppDeployment cigar'
            $null = New-Commit 'Among names again' -Branch $branch
            $again = Invoke-Attempt 'Invoke-AppDeployment cigar'
            $locked = Invoke-Server 'flock -n /var/lib/hosting/cigar/lock true || echo held'
        }

        It 'is no list of releases that takes its time' {
            $listing.ErrorId | Should -BeNullOrEmpty
            $listing.Seconds | Should -BeLessThan 15
            @($listing.Output | Where-Object { $_.Release -notmatch '^\d{8}-\d{6}-[0-9a-f]{7}$' -or $_.Release -like '2020*' }) | Should -BeNullOrEmpty
        }

        It 'is no step that hangs with the lock' {
            $bundle.ErrorId | Should -Not -Be 'Hung'
            $locked | Should -BeNullOrEmpty
        }

        It 'is no handover that breaks' {
            $deployment.ErrorId | Should -BeNullOrEmpty -Because $deployment.Message
            $again.ErrorId | Should -BeNullOrEmpty -Because $again.Message
        }
    }

    Context 'a plan whose site is a link' {
        BeforeAll {
            Restore-Neighbour
            $null = Invoke-Server 'sed "s/50m/49m/" /etc/nginx/sites-available/cigar >/etc/nginx/cigar-elsewhere; ln -sfn /etc/nginx/cigar-elsewhere /etc/nginx/sites-available/cigar'
            $canary = Get-Canary
            $plan = Invoke-Attempt 'Publish-NginxSite cigar -WhatIf'
            $after = Get-Canary
        }

        It 'is nothing written' {
            $plan.ErrorId | Should -BeNullOrEmpty -Because $plan.Message
            Compare-Canary $canary $after | Should -BeNullOrEmpty
        }
    }

    Context 'an account, a folder or a reader that was there before' {
        BeforeAll {
            Restore-Neighbour
            $null = Invoke-Server @'
useradd --create-home --groups sudo ubuntu
useradd --create-home plain
mkdir -p /var/www/shop
echo 'of somebody else' >/var/www/shop/index.html
'@
            $canary = Get-Canary
            function Get-HostingText {
                param([string] $Name)

                $text = Get-Content -Raw -LiteralPath 'hosting.yml'
                $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive "as-$Name")
                Copy-Item -Recurse -Path './*' -Destination $folder
                Set-Content -NoNewline -LiteralPath "$folder/hosting.yml" ($text -creplace '(?m)^  humidor:', "  ${Name}:" -creplace 'humidor\.remoteds', "$Name.remoteds")
                $folder
            }

            $attempts = @{}
            foreach ($name in 'deploy', 'ubuntu', 'plain', 'shop') {
                Push-Location (Get-HostingText $name)
                try {
                    $attempts[$name] = Invoke-Attempt "Invoke-AppDeployment $name -Setup"
                }
                finally {
                    Pop-Location
                }
            }

            $after = Get-Canary
            $read = Invoke-Attacker -User nobody 'ls /var/www/cigar/releases/*/ 2>/dev/null; cat /var/www/cigar/releases/*/config/database.yml /var/www/cigar/current/config/database.yml /var/www/cigar/shared/log/* /etc/hosting/cigar/app.env 2>/dev/null; ls /var/www/cigar/repo /var/www/cigar/shared/tmp 2>/dev/null; true'
        }

        It 'is no account of an administrator or of another purpose' {
            foreach ($name in 'deploy', 'ubuntu', 'plain') {
                $attempts[$name].ErrorId | Should -BeIn 'UserTaken', 'UserPrivileged' -Because "an account $name was there: $($attempts[$name].Message)"
            }
        }

        It 'is no folder of somebody else''s' {
            $attempts['shop'].ErrorId | Should -Be 'FolderTaken'
            Invoke-Server 'cat /var/www/shop/index.html' | Should -Be 'of somebody else'
        }

        It 'changed nothing' {
            Compare-Canary $canary $after | Should -BeNullOrEmpty
        }

        It 'is no release that every user of the server may read' {
            $read | Should -BeNullOrEmpty
        }
    }

    Context 'staying after the removal' {
        BeforeAll {
            Restore-Neighbour
            # A writer that is never done, a set-user-id program, a crontab and a login that lingers.
            $ids = Invoke-Server 'id -u cigar; id -u _cigar 2>/dev/null || true'
            $null = Invoke-Attacker 'cp /bin/bash /var/tmp/.shell; chmod 4755 /var/tmp/.shell; cp /bin/bash /dev/shm/.shell; chmod 4755 /dev/shm/.shell; mkdir -p /tmp/.own/deep; echo x >/tmp/.own/deep/file'
            $null = Invoke-Server 'mkdir -p /var/spool/cron/crontabs /var/lib/systemd/linger; echo "* * * * * true" >/var/spool/cron/crontabs/cigar; chown cigar: /var/spool/cron/crontabs/cigar; touch /var/lib/systemd/linger/cigar'
            Start-Attack @'
trap '' TERM HUP INT
cd /var/www/cigar/shared/log
while :; do (mkdir -p /var/www/cigar/shared/log/again /var/www/cigar/shared/tmp/again; echo x >/var/www/cigar/shared/log/again/$RANDOM) 2>/dev/null; done
'@
            Start-Attack 'exec perl -e ''$SIG{TERM} = "IGNORE"; while (1) { mkdir "/var/www/cigar/shared/tmp/p"; rmdir "/var/www/cigar/shared/tmp/p" if rand() < 0.5; fork() == 0 and exit }'''
            $removal = Invoke-Attempt 'Remove-AppDeployment cigar -Confirm:$false'
            $rest = Invoke-Server 'ls -d /var/www/cigar /etc/hosting/cigar /var/lib/hosting/cigar /var/spool/cron/crontabs/cigar /var/lib/systemd/linger/cigar /var/tmp/.shell /dev/shm/.shell 2>/dev/null || true'
            $running = Invoke-Server "ps -eo uid=,args= | awk '`$1 == $(@($ids -split "`n")[0])' | sed -n 1,10p"
            $deployment = Invoke-Attempt 'New-AppDirectory cigar'
            $newIds = Invoke-Server 'id -u cigar; id -u _cigar 2>/dev/null || true'
            Stop-Attack
        }

        It 'is nothing: files, processes, crontab and lingering are gone' {
            $removal.ErrorId | Should -BeNullOrEmpty -Because $removal.Message
            $rest | Should -BeNullOrEmpty
            $running | Should -BeNullOrEmpty
        }

        It 'is not the next app''s number' {
            $deployment.ErrorId | Should -BeNullOrEmpty -Because $deployment.Message
            foreach ($id in $newIds -split "`n") {
                $ids -split "`n" | Should -Not -Contain $id
            }
        }
    }
}
