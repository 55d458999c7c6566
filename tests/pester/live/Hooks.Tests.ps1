# Proves: commands of hosting.yml run before and after the steps they name, on the server or here, and nowhere else; what they
# print, that they failed, and how to go on is told as for a step; and whoever gives a deployment up ends its hook.

Describe 'A hook' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Clients.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        $branch = New-BranchName
        $here = [Environment]::MachineName

        function Enter-Hooks {
            # Into a folder whose hosting.yml deploys the branch with these hooks.
            param([Parameter(Mandatory)] [string] $Hooks)

            $lines = foreach ($line in $Hooks.Trim() -split '\r?\n') { "      $line" }
            $text = @("branch: $branch", '    hooks:') + $lines -join "`n"
            Push-Location (New-HostingFolder (Join-Path $TestDrive (New-Guid)) -Edit @{ 'branch: main' = $text })
        }

        function Get-HookLine {
            param($Run)

            @($Run.Lines | Where-Object { $_ -like '🪝*' })
        }

        function Stop-DeploymentWhen {
            # Deploys in a runspace of its own and gives it up, as Ctrl+C does, once the condition holds. The seconds it then took.
            param([Parameter(Mandatory)] [scriptblock] $Condition)

            $shell = [powershell]::Create()
            try {
                $null = $shell.AddScript('param($Module, $Folder) Import-Module $Module; Set-Location -LiteralPath $Folder; Invoke-AppDeployment cigar').
                    AddArgument((Get-BuiltModulePath)).AddArgument((Get-Location).ProviderPath)
                $running = $shell.BeginInvoke()
                $limit = [datetime]::UtcNow.AddSeconds(30)
                while (-not (& $Condition)) {
                    if ($running.IsCompleted -or [datetime]::UtcNow -gt $limit) {
                        throw "The deployment came to its end before it could be given up: $($shell.Streams.Error)"
                    }

                    Start-Sleep -Milliseconds 50
                }

                $clock = [System.Diagnostics.Stopwatch]::StartNew()
                $shell.Stop()
                $clock.Elapsed.TotalSeconds
            }
            finally {
                $shell.Dispose()
            }
        }
    }

    AfterAll {
        Remove-Branch $branch
    }

    Context 'that does its work' {
        BeforeAll {
            $commit = New-Commit 'Hooks' -Branch $branch
            Enter-Hooks @'
- before: Clone
  run: echo "$PWD [$HOSTING_RELEASE] $(id -un)"
- after: secrets
  run: |
    pwd
    env >log/hook-environment
    echo "password is $DATABASE_PASSWORD"
    echo '${HOSTING_APP}' "${HOSTING_APP}" "%n $1 it's"
- after: Start
  run: pwd; id -un; env >/root/hook-environment
  as: root
- after: Start
  run: "pwd; env >hook-environment; echo complains >&2; read line || echo nobody answers"
  on: local
- before: Certificate
  run: exit 9
'@
            $folder = (Get-Location).ProviderPath
            Set-Marker
            $plan = Invoke-Deployment @{ WhatIf = $true }
            $changed = Get-ChangedFile
            $verbose = Invoke-AppDeployment cigar -Verbose -InformationVariable said 4>&1 6> $null
            $deployment = $verbose | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }
            $run = [pscustomobject]@{ Result = $deployment; Lines = @($said | ForEach-Object { "$($_.MessageData)" }) }
            $release = "/var/www/cigar/releases/$($deployment.Release)"
            $record = Get-AppDeployment cigar -First 1
        }

        AfterAll {
            Pop-Location
        }

        It 'is named by -WhatIf and not run' {
            Get-HookLine $plan | Should -Be '🪝 Before Clone: echo "$PWD [$HOSTING_RELEASE] $(id -un)"', '🪝 After Secrets: pwd …',
                '🪝 After Start: pwd; id -un; env >/root/hook-environment', '🪝 After Start: pwd; env >hook-environment; echo complains >&2; read line || echo nobody answers'
            @($plan.Lines | Where-Object { $_ -like '   would run on*' }) |
                Should -Be '   would run on web1 as cigar', '   would run on web1 as cigar', '   would run on web1 as root', "   would run on $here"
            $plan.Result.Hooks | Should -BeNullOrEmpty
            $changed | Should -BeNullOrEmpty
        }

        It 'runs at its moment, in the order of the file' {
            "$($deployment.Status)" | Should -Be 'Succeeded'
            Get-HookLine $run | Should -Be (Get-HookLine $plan)
            $marks = @($run.Lines | ForEach-Object { if ($_ -match '^(🪝 \w+ \w+|📦 Step 3|✅ (Hook|Secrets|Puma|Repository))') { $Matches[0] } })
            $marks -join ', ' | Should -Be ('🪝 Before Clone, ✅ Hook, 📦 Step 3, ✅ Repository, ✅ Secrets, 🪝 After Secrets, ✅ Hook, ' +
                '✅ Puma, 🪝 After Start, ✅ Hook, 🪝 After Start, ✅ Hook')
        }

        It 'runs in the folder of the release as the app, and outside of it as root' {
            $deployment.Hooks.Count | Should -Be 4
            $deployment.Hooks[0].Output | Should -Be '/var/www/cigar [] cigar'
            $deployment.Hooks[1].Output[0] | Should -Be $release
            $deployment.Hooks[2].Output | Should -Be '/var/www/cigar', 'root'
            "$($deployment.Hooks[2].Hook.Moment) $($deployment.Hooks[2].Hook.Step)" | Should -Be 'After Start'
        }

        It 'gets its command as it stands in the file' {
            $deployment.Hooks[1].Output[2] | Should -Be '${HOSTING_APP} cigar %n  it''s'
        }

        It 'runs here in the folder of hosting.yml, and nobody answers its questions' {
            @($deployment.Hooks[3].Output | Sort-Object) | Should -Be $folder, 'complains', 'nobody answers'
        }

        It 'is told what is deployed' {
            $expected = "HOSTING_APP=cigar", "HOSTING_BRANCH=$branch", "HOSTING_COMMIT=$commit", "HOSTING_DEPLOYMENT=$($deployment.Id)", "HOSTING_DOMAIN=$Domain",
                'HOSTING_KIND=deploy', "HOSTING_RELEASE=$($deployment.Release)", 'HOSTING_SERVER=web1', 'HOSTING_STATUS=Unchanged', 'HOSTING_STEP=Secrets',
                "HOSTING_WHO=$([Environment]::UserName)@$here"
            $told = { param($Text) @($Text -split "`n" | Where-Object { $_ -match '^HOSTING_(?!DEPLOY_|FILE)' -and $_ -notmatch '^HOSTINGDEPLOY' } | Sort-Object) -join "`n" }
            & $told (Invoke-Server 'cat /var/www/cigar/shared/log/hook-environment') | Should -Be ($expected -join "`n")
            $expected = ($expected -join "`n") -replace 'Unchanged', 'Changed' -replace 'STEP=Secrets', 'STEP=Start'
            & $told (Get-Content -Raw -LiteralPath "$folder/hook-environment") | Should -Be $expected
            & $told (Invoke-Server 'cat /root/hook-environment') | Should -Be $expected
        }

        It 'has the service''s environment as the app, and no secret anywhere else' {
            $app = Invoke-Server 'cat /var/www/cigar/shared/log/hook-environment'
            $app | Should -Match '(?m)^RAILS_ENV=production$'
            $app | Should -Match '(?m)^SECRET_KEY_BASE='
            foreach ($other in (Invoke-Server 'cat /root/hook-environment'), (Get-Content -Raw -LiteralPath "$folder/hook-environment")) {
                $other | Should -Not -Match '(?m)^(SECRET_KEY_BASE|DATABASE_URL|DATABASE_PASSWORD|RAILS_ENV)='
                foreach ($secret in Get-Secret) {
                    $other.Contains($secret) | Should -BeFalse
                }
            }
        }

        It 'prints into verbose, its secrets struck out' {
            $lines = @($verbose | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object { "$_" })
            $lines | Should -Contain 'web1: password is ***'
            $lines | Should -Contain "${here}: nobody answers"
            $deployment.Hooks[1].Output[1] | Should -Be 'password is ***'
            foreach ($secret in Get-Secret) {
                ($lines + $run.Lines -join "`n").Contains($secret) | Should -BeFalse
            }
        }

        It 'is in the journal, as its step is' {
            "$($record.Status)" | Should -Be 'Succeeded'
            @($record.Steps | ForEach-Object { "$_" -replace ' (Unchanged|Changed|Done)$' }) -join ', ' | Should -Be ('Directory, Before Clone, Clone, Bundle, Unit, Secrets, After Secrets, ' +
                'Migrate, Assets, Site, Nginx, Start, After Start, After Start, Verify')
            $hook = @($record.Steps | Where-Object Hook)[3]
            "$($hook.Step) $($hook.Status) $($hook.Run)" | Should -BeLike 'Start Done pwd; env >hook-environment*'
            $hook.Duration.TotalMilliseconds | Should -BeGreaterThan 0
        }

        It 'leaves no unit behind' {
            Invoke-Server 'systemctl list-units --all --no-legend --plain "hosting[-.]*"' | Should -BeNullOrEmpty
        }

        It 'belongs to its step: -Only, -Skip and -SkipHooks' {
            @((Invoke-Deployment @{ Only = 'Clone', 'Nginx' }).Result.Hooks | ForEach-Object { "$($_.Hook.Moment) $($_.Hook.Step)" }) | Should -Be 'Before Clone'
            @((Invoke-Deployment @{ Skip = 'Start', 'Verify' }).Result.Hooks | ForEach-Object { "$($_.Hook.Moment) $($_.Hook.Step)" }) | Should -Be 'Before Clone', 'After Secrets'
            (Invoke-Deployment @{ SkipHooks = $true }).Result.Hooks | Should -BeNullOrEmpty
        }
    }

    Context 'that fails before its step' {
        BeforeAll {
            $live = Get-ServedRevision
            $commit = New-Commit 'Refused by a hook' -Branch $branch
            Enter-Hooks @'
- before: Assets
  run: echo once >>log/first-hook
- before: Assets
  run: |
    echo "the token is $SMTP_PASSWORD$DATABASE_PASSWORD"
    test -e log/let-go
    echo went on
'@
            $failure = Get-Failure { Invoke-AppDeployment cigar }
            $record = Get-AppDeployment cigar -First 1
            $served = Get-ServedRevision
            $null = New-Commit 'The branch moves on' -Branch $branch
            $null = Invoke-Server 'touch /var/www/cigar/shared/log/let-go'
            $resumed = Invoke-Deployment @{ Resume = $true }
        }

        AfterAll {
            Pop-Location
        }

        It 'ends the deployment with one error that names it' {
            $failure.FullyQualifiedErrorId | Should -BeLike 'HookFailed,*'
            "$($failure.CategoryInfo.Category)" | Should -Be 'InvalidResult'
            "$($failure.TargetObject)" | Should -Be 'web1: hook before Assets of cigar'
            $failure.Exception.GetType().FullName | Should -Be 'HostingDeploy.HookFailedException'
            "$failure" | Should -BeLike 'The hook before Assets of cigar failed on web1: it ended with exit status 1.*test -e log/let-go*Last lines from web1:*the token is *'
            $failure.Exception.Output | Should -Not -Contain 'went on' -Because 'the first command that fails ends a hook'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Invoke-AppDeployment cigar -Resume*'
            foreach ($secret in Get-Secret) {
                "$failure $($failure.Exception.Output)".Contains($secret) | Should -BeFalse
            }
        }

        It 'keeps its step from being taken' {
            $served | Should -Be $live
            "$($record.Status)" | Should -Be 'Failed'
            "$($record.Steps[-1])" | Should -Be 'Before Assets Failed'
            $record.Steps[-1].Message | Should -Be 'it ended with exit status 1.'
        }

        It 'is where -Resume begins, with the same commit' {
            @($resumed.Result.Hooks | ForEach-Object { "$_" }) | Should -BeLike 'Before Assets: echo "the token*'
            @($resumed.Result.Steps | ForEach-Object { "$($_.Step)" }) -join ' ' | Should -Be 'Assets Site Nginx Start Verify'
            $resumed.Result.Commit | Should -Be $commit
            Get-ServedRevision | Should -Be $commit
            Invoke-Server 'cat /var/www/cigar/shared/log/first-hook' | Should -Be 'once'
        }
    }

    Context 'that fails after its step' {
        BeforeAll {
            Enter-Hooks @'
- after: Start
  run: echo not yet; test -e let-go
  on: local
'@
            $failure = Get-Failure { Invoke-AppDeployment cigar }
            $commit = Get-BranchHead $branch
            $puma = Get-LivePuma
            $record = Get-AppDeployment cigar -First 1
            Set-Content -LiteralPath 'let-go' ''
            $resumed = Invoke-Deployment @{ Resume = $true }
        }

        AfterAll {
            Pop-Location
        }

        It 'ends the deployment with one error that says where' {
            $failure.FullyQualifiedErrorId | Should -BeLike 'HookFailed,*'
            "$($failure.TargetObject)" | Should -Be "${here}: hook after Start of cigar"
            "$failure" | Should -BeLike "The hook after Start of cigar failed on ${here}: it ended with exit status 1.*Last lines from ${here}:*not yet*"
            "$($record.Steps[-1])" | Should -Be 'After Start Failed'
        }

        It 'runs again with -Resume, and the step before it does not' {
            @($resumed.Result.Hooks | ForEach-Object { "$($_.Hook.Moment) $($_.Hook.Step)" }) | Should -Be 'After Start'
            @($resumed.Result.Steps | ForEach-Object { "$($_.Step)" }) | Should -Be 'Verify'
            $resumed.Lines -join "`n" | Should -Not -BeLike '*Step 13*'
            Get-ServedRevision | Should -Be $commit
            (Get-LivePuma).MainPID | Should -Be $puma.MainPID
        }
    }

    Context 'that takes too long' {
        It 'has failed on <Place>' -ForEach @(
            @{ Place = 'server' }
            @{ Place = 'local' }
        ) {
            Enter-Hooks @"
- before: Clone
  run: sleep 7001 & sleep 7001
  on: $Place
  timeoutSeconds: 1
"@
            try {
                $failure = Get-Failure { Invoke-AppDeployment cigar }
            }
            finally {
                Pop-Location
            }

            $failure.FullyQualifiedErrorId | Should -BeLike 'HookFailed,*'
            "$failure" | Should -BeLike '*: it did not end within 1 s.*'
            Invoke-Server 'pgrep -fx "sleep 7001" || true' | Should -BeNullOrEmpty
            @(& pgrep -fx 'sleep 7001') | Should -BeNullOrEmpty
        }
    }

    Context 'of a deployment that is given up' {
        It 'ends on the server with all it started' {
            Enter-Hooks @'
- before: Migrate
  run: setsid sleep 7002 & trap '' TERM; sleep 7002
'@
            try {
                Stop-DeploymentWhen { (Invoke-Server 'pgrep -fcx "sleep 7002" || true') -eq '2' } | Should -BeLessThan 6 -Because 'one that does not listen is killed after three'
                Wait-Server '! pgrep -fx "sleep 7002" && flock -n /var/lib/hosting/cigar/lock true'
                "$((Get-AppDeployment cigar -First 1).Steps[-1])" | Should -Be 'Before Migrate Failed'
            }
            finally {
                Pop-Location
            }
        }

        It 'ends here with all it started' {
            Enter-Hooks @'
- before: Migrate
  run: sh -c 'sleep 7003; true' & trap '' TERM; sleep 7003
  on: local
'@
            try {
                Stop-DeploymentWhen { @(& pgrep -fx 'sleep 7003').Count -eq 2 } | Should -BeLessThan 3
                @(& pgrep -fx 'sleep 7003') | Should -BeNullOrEmpty
                Wait-Server 'flock -n /var/lib/hosting/cigar/lock true'
                "$((Get-AppDeployment cigar -First 1).Steps[-1])" | Should -Be 'Before Migrate Failed'
            }
            finally {
                Pop-Location
            }
        }

        It 'ends when its client is gone' {
            Enter-Hooks @'
- before: Migrate
  run: sleep 7004
'@
            try {
                $client = Start-Client 'Invoke-AppDeployment cigar'
                Wait-Server 'pgrep -fx "sleep 7004"'
                $client.Process.Kill()
                { Wait-Server '! pgrep -fx "sleep 7004" && flock -n /var/lib/hosting/cigar/lock true' } | Should -Not -Throw
            }
            finally {
                Pop-Location
            }
        }
    }

    Context 'that somebody killed on the server' {
        BeforeAll {
            Enter-Hooks @'
- before: Nginx
  run: test -e log/killed || { touch log/killed; sleep 7005; }
'@
            $client = Start-Client 'Invoke-AppDeployment cigar'
            Wait-Server 'pgrep -fx "sleep 7005"'
            # The shell of the step: nobody is left to write into the journal.
            $null = Invoke-Server 'kill -KILL $(ps -o ppid= $(pgrep -f "^systemd-run .*hosting-cigar.hook.service"))'
            $outcome = Wait-Client $client
            $record = Get-AppDeployment cigar -First 1
            $resumed = Invoke-Deployment @{ Resume = $true }
        }

        AfterAll {
            Pop-Location
        }

        It 'is not taken for done' {
            $outcome.ErrorId | Should -BeLike 'HookFailed,*'
            "$($record.Status)" | Should -Be 'Interrupted'
            "$($record.Steps[-1])" | Should -Be 'Site Unchanged'
        }

        It 'is where -Resume goes on' {
            @($resumed.Result.Hooks | ForEach-Object { "$($_.Hook.Moment) $($_.Hook.Step)" }) | Should -Be 'Before Nginx'
            @($resumed.Result.Steps | ForEach-Object { "$($_.Step)" }) -join ' ' | Should -Be 'Nginx Start Verify'
            Invoke-Server 'pgrep -fx "sleep 7005" || true' | Should -BeNullOrEmpty
        }
    }

    Context 'of a rollback' {
        BeforeAll {
            Enter-Hooks @'
- before: Start
  run: echo "$HOSTING_KIND of $HOSTING_COMMIT"; test "$HOSTING_KIND" != undo
'@
            $live = Get-ServedRevision
            $failure = Get-Failure { Undo-AppDeployment cigar -Confirm:$false }
            $served = Get-ServedRevision
            $undone = Undo-AppDeployment cigar -SkipHooks -Confirm:$false 6> $null
        }

        AfterAll {
            Pop-Location
        }

        It 'does not go back from what went live meanwhile' {
            $mark = '/var/lib/hosting/cigar/live'
            Enter-Hooks @"
- before: Start
  run: sed 's/ [^ ]* / 20260101-000000-abcdef0 /' $mark >/root/live; cp $mark /root/live.before; cp /root/live $mark
  as: root
"@
            try {
                $changed = Get-Failure { Undo-AppDeployment cigar -Confirm:$false }
            }
            finally {
                Pop-Location
                $null = Invoke-Server "cp /root/live.before $mark"
            }

            $changed.FullyQualifiedErrorId | Should -BeLike 'LiveReleaseChanged,*'
            Get-ServedRevision | Should -Be $undone.Commit
        }

        It 'runs, and is told so' {
            $failure.FullyQualifiedErrorId | Should -BeLike 'HookFailed,*'
            $failure.Exception.Output | Should -Be "undo of $($undone.Commit)"
            $served | Should -Be $live
        }

        It 'can be left out' {
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Undo-AppDeployment cigar -SkipHooks'
            $undone.Hooks | Should -BeNullOrEmpty
            Get-ServedRevision | Should -Be $undone.Commit
            $undone.Commit | Should -Not -Be $live
        }
    }
}
