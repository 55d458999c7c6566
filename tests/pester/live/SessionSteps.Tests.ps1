# Proves: a command of a person's own streams any amount of output in little memory, byte for byte into a file when asked, tells
# its exit status, and is really gone when it is given up, with all it has started, whoever runs it.

BeforeDiscovery {
    $cases = @(
        @{ Login = 'root'; RunAs = 'root' }
        @{ Login = 'root'; RunAs = 'www-data' }
        @{ Login = 'deploy'; RunAs = 'root' }
        @{ Login = 'deploy'; RunAs = 'deploy' }
    )
}

BeforeAll {
    . "$PSScriptRoot/Live.ps1"
    . "$PSScriptRoot/SessionFaults.ps1"
    Import-BuiltModule
    Reset-Server
    Push-Location $Client
    $session = New-DeploySession web1
}

AfterAll {
    Remove-DeploySession $session
    Pop-Location
}

Describe 'A command given up by <Login>, running as <RunAs>' -Tag Live -ForEach $cases {
    BeforeAll {
        # Children, grandchildren, some that left the process group, the session and their parent, one without environment, and
        # some that do not listen to TERM.
        $tree = @'
cd /
setsid sleep 7001 &
setsid --fork sleep 7002
(trap '' TERM; exec sleep 7003) &
(setsid bash -c 'trap "" TERM HUP; sleep 7004 & sleep 7005' &)
env -i setsid --fork sleep 7006
nohup sleep 7007 >/dev/null 2>&1 &
exec sleep 7008
'@
        $own = New-DeploySession web1 -User $Login

        # What an earlier command left running on purpose is none of the later one's.
        $left = Invoke-RemoteCommand -Session $own 'setsid sleep 6999 >/dev/null 2>&1 & echo $!'
        $running = Start-Pipeline 'param($s, $user, $command) Invoke-RemoteCommand -Session $s -AsUser $user $command' $own, $RunAs, $tree
        Wait-Server '[ "$(pgrep -fc "^sleep 70")" = 8 ]'
        $owners = Invoke-Server 'ps -o user= -p $(pgrep -f "^sleep 70" -d,) | sort -u'
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $running.Shell.Stop()
        $prompt = $clock.Elapsed.TotalSeconds
        Wait-Server '! pgrep -f "^sleep 70"' -Seconds 15
        $gone = $clock.Elapsed.TotalSeconds
    }

    AfterAll {
        $running.Shell.Dispose()
        Remove-DeploySession $own
    }

    It 'ran as that user' {
        $owners | Should -Be $RunAs
    }

    It 'gives the prompt back within a second' {
        $prompt | Should -BeLessThan 1
    }

    It 'is gone with all it has started, five seconds later at most' {
        $gone | Should -BeLessThan 8
    }

    It 'leaves the session usable, and what was left running before' {
        Invoke-RemoteCommand -Session $own "kill $left && echo next" | Should -Be 'next'
    }
}

Describe 'A gibibyte of output' -Tag Live {
    BeforeAll {
        $text = @"
Import-Module '$(Get-BuiltModulePath)'
Set-Location '$Client'
`$s = New-DeploySession web1
Invoke-RemoteCommand -Session `$s 'yes "`$(printf %79s x)" | head -c 1073741824' > `$null
`$s.Statistics.BytesReceived
Remove-DeploySession `$s
foreach (`$name in 'VmHWM', 'RssFile') { (Get-Content /proc/self/status | Where-Object { `$_ -like "`${name}:*" }) -replace '\D' }
"@

        # The collector lets garbage lie up to the size of the processor's cache, which may be hundreds of megabytes: 16 here.
        $env:DOTNET_GCgen0size = '0x1000000'
        $received, $peak, $mapped = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command $text
        $env:DOTNET_GCgen0size = $null
    }

    It 'arrives' {
        [long]$received | Should -BeGreaterThan 1073741824
    }

    It 'takes less than 100 MB of the client''s own' {
        # The most that was ever in memory, less the mapped files of the runtime and the engine, which all processes share:
        # they are about 80 MB before anything is done, whatever runs the tests.
        ([long]$peak - [long]$mapped) * 1024 | Should -BeLessThan 100000000
    }
}

Describe 'Invoke-RemoteCommand' -Tag Live {
    BeforeAll {
        $file = [System.IO.Path]::GetFullPath("$TestDrive/output")
    }

    It 'tells the exit status and the last lines' {
        $failure = Get-Failure { Invoke-RemoteCommand -Session $session 'echo first; echo last >&2; exit 7' }
        $failure.FullyQualifiedErrorId | Should -BeLike 'RemoteCommandFailed,*'
        $failure.Exception.ExitStatus | Should -Be 7
        $failure.Exception.Output | Should -Be 'first', 'last'
    }

    It 'takes a script block for its text, and values as data' {
        Invoke-RemoteCommand -Session $session -ScriptBlock { echo "$HOME $# $1"; id -un } -ArgumentList "it's `$HOME", '; id' |
            Should -Be "/root 2 it's `$HOME", 'root'
        Invoke-RemoteCommand -Session $session -AsUser deploy { id -un; echo "$1" } -ArgumentList 'a "b"' | Should -Be 'deploy', 'a "b"'
    }

    It 'runs as one user' {
        $failure = Get-Failure { Invoke-RemoteCommand -Session $session -Sudo -AsUser deploy 'touch /run/ran' }
        $failure.FullyQualifiedErrorId | Should -BeLike 'UserAmbiguous,*'
        Invoke-Server '[ ! -e /run/ran ] && echo none' | Should -Be 'none'
    }

    It 'writes what comes into a file, byte for byte' {
        Invoke-RemoteCommand -Session $session 'head -c 300000 /dev/urandom | tee /run/random' -OutFile $file | Should -BeNullOrEmpty
        (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash | Should -Be (Invoke-Server 'sha256sum </run/random | tr -d " -"')
        Invoke-Tool -Name stat -ArgumentList '-c', '%a', $file | Should -Be '600'
    }

    It 'replaces the file, and keeps what a failing command printed' {
        $failure = Get-Failure { Invoke-RemoteCommand -Session $session 'printf partial; exit 3' -OutFile $file }
        $failure.Exception.ExitStatus | Should -Be 3
        Get-Content -Raw -LiteralPath $file | Should -Be 'partial'
    }

    It 'writes nothing with -WhatIf' {
        Invoke-RemoteCommand -Session $session 'echo new' -OutFile $file -WhatIf
        Get-Content -Raw -LiteralPath $file | Should -Be 'partial'
    }

    It 'refuses <Case>, and runs nothing' -ForEach @(
        @{ Case = 'a folder'; Path = '.'; Id = 'OutFileNotAFile' }
        @{ Case = 'what is in no file system'; Path = 'Env:output'; Id = 'OutFileNotAFile' }
        @{ Case = 'a folder that is not there'; Path = './nowhere/output'; Id = 'OutFileNotWritten' }
    ) {
        $failure = Get-Failure { Invoke-RemoteCommand -Session $session 'touch /run/ran' -OutFile $Path }
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        Invoke-Server 'ls /run/ran 2>/dev/null || true' | Should -BeNullOrEmpty
    }

    It 'ends the command when the disk is full' {
        $failure = Get-Failure { Invoke-RemoteCommand -Session $session 'exec yes' -OutFile /dev/full }
        $failure.FullyQualifiedErrorId | Should -BeLike 'OutFileNotWritten,*'
        Wait-Server '! pgrep -x yes'
    }

    It 'ends the command when its time is over' {
        $failure = Get-Failure { Invoke-RemoteCommand -Session $session 'exec sleep 7100' -TimeoutSeconds 1 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'CommandTimedOut,*'
        Wait-Server '! pgrep -f "^sleep 7100"'
    }

    It 'gets over a shell that was killed, with the connection still there' {
        $failure = Get-Failure { Invoke-RemoteCommand -Session $session 'kill -KILL $$; kill -KILL 0' }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ConnectionLost,*'
        "$($session.State)" | Should -Be 'Open'
        Invoke-RemoteCommand -Session $session 'echo next' | Should -Be 'next'
    }
}
