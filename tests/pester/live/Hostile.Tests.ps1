# Proves: no value of hosting.yml, of the secrets or of a parameter breaks out of its place. What cannot be right is refused
# with its line and column before anything is connected to; everything else arrives byte for byte where it belongs.

BeforeDiscovery {
    # Where a setting is put into the sandbox's hosting.yml: the text replaced, and the text that replaces it.
    $places = @{
        'branch'          = 'branch: main', 'branch: {0}'
        'domain'          = 'domain: cigars.remoteds.us', 'domain: {0}'
        'title'           = 'title: Cigar Management System', 'title: {0}'
        'repository'      = 'repository: git@git.sandbox.test:org/cigar.git', 'repository: {0}'
        'database.user'   = 'user: cigar_management_system_production', 'user: {0}'
        'database.name'   = 'name: cigar_management_system_production', 'name: {0}'
        'email'           = 'email: ops@sandbox.test', 'email: {0}'
        'issuer'          = 'issuer: staging', 'issuer: {0}'
        'stagingServer'   = 'stagingServer: https://acme-staging.sandbox.test:15000/dir', 'stagingServer: {0}'
        'environment'     = 'RAILS_LOG_TO_STDOUT: "1"', 'RAILS_LOG_TO_STDOUT: {0}'
        'environmentName' = 'RAILS_LOG_TO_STDOUT: "1"', '{0}: "1"'
        'app'             = "`n  cigar:`n", "`n  {0}:`n"
        'server'          = "`n  web1:`n", "`n  {0}:`n"
        'deployKey'       = 'deployKey: deploy_key', 'deployKey: {0}'
        'aliases'         = 'branch: main', "branch: main`n    aliases: [{0}]"
        'path'            = 'branch: main', "branch: main`n    path: {0}"
        'ruby'            = 'branch: main', "branch: main`n    ruby: {0}"
        'user'            = 'branch: main', "branch: main`n    user: {0}"
        'sharedFolders'   = 'branch: main', "branch: main`n    sharedFolders: [{0}]"
        'keepReleases'    = 'branch: main', "branch: main`n    keepReleases: {0}"
        'handover'        = 'branch: main', "branch: main`n    handover: {0}"
        'health.path'     = 'branch: main', "branch: main`n    health:`n      path: {0}"
    }
    $shell = 'x; touch /tmp/pwned', '$(touch /tmp/pwned)', '`touch /tmp/pwned`', "x' ; touch /tmp/pwned; '", '"x"', '-x', '| touch /tmp/pwned', "x`ntouch /tmp/pwned"
    $values = [ordered]@{
        'branch'          = $shell + '--upload-pack=touch /tmp/pwned', 'a b', 'x%n', '../x', 'x..y', '{{ app.name }}', 'x:y', 'x~1', 'x\y', '*'
        'domain'          = $shell + 'a.us; return 200 pwned', 'a.us } server { listen 81', 'a.us$host', '$host.us', 'a b.us', '*.us', 'a.us%n', '-a.us'
        'aliases'         = $shell + 'a.us; return 200 pwned', 'a.us } server { listen 81', '~^.*$'
        'title'           = "x`nExecStart=/bin/touch /tmp/pwned", "x`r[Service]", "x`0y", '', "x$([char]27)[2J", "x$([char]0x202E)y"
        'repository'      = $shell + 'git@h.us:$(touch /tmp/pwned).git', 'ext::sh -c touch% /tmp/pwned', 'ssh://-oProxyCommand=touch%20/tmp/pwned/x', 'git@-oProxyCommand=touch:x.git', 'file:///tmp/x', '--upload-pack=touch'
        'database.user'   = $shell + 'x"; DROP ROLE postgres; --', "x' OR '1'='1", 'a b', 'postgres', 'pg_read_all_data'
        'database.name'   = $shell + 'x"; DROP DATABASE postgres; --', "x'", 'a b', 'template1'
        'user'            = $shell + 'root', 'www-data', 'postgres', 'a b', 'a:b', '../x'
        'path'            = $shell + '../../etc', '/etc', 'a b', 'x;y', 'x%n', 'x{y}'
        'ruby'            = $shell + '/opt/$(touch /tmp/pwned)', '/opt/a b', '/opt/a:/opt/b', '/opt/../etc', '/opt/%n', "/opt/x`ny"
        'sharedFolders'   = $shell + '../x', '/etc', 'a b', 'log/x'
        'health.path'     = $shell + '/up; touch /tmp/pwned', '/up" ; }', '/$(touch /tmp/pwned)', '/a b', '//x y', 'up'
        'email'           = $shell + 'a@b.us --server x', '$(touch /tmp/pwned)@b.us', '-a@b.us -x', 'a@b.us,c@d.us'
        'issuer'          = $shell + 'staging2'
        'stagingServer'   = $shell + 'https://x.us/$(touch /tmp/pwned)', 'https://x.us/ --force', 'http://x.us/dir', 'https://u:p@x.us/dir'
        'environment'     = "x`nLD_PRELOAD=/tmp/pwned", "x`0y"
        'environmentName' = $shell + 'A B', 'A=B', '1A', 'RAILS_ENV', 'BUNDLE_WITHOUT', 'A%n'
        'app'             = $shell + '../x', 'a b', 'a/b', 'Cigar', 'a_b', 'a@b', 'a%n'
        'server'          = $shell + 'a b', 'a/b'
        'keepReleases'    = $shell + '1', '5; touch /tmp/pwned', '0x10'
        'handover'        = $shell
        'deployKey'       = "deploy_key`nx", "deploy_key`0"
    }
    $refused = foreach ($setting in $values.Keys) {
        foreach ($value in $values[$setting]) {
            # In YAML's double quotes every character can be written.
            $quoted = '"' + $value.Replace('\', '\\').Replace('"', '\"').Replace("`n", '\n').Replace("`r", '\r').Replace("`0", '\0').Replace("$([char]27)", '\e') + '"'
            $old, $new = $places[$setting]
            @{ Setting = $setting; Quoted = $quoted; Old = $old; New = $new }
        }
    }
}

Describe 'A hosting.yml that is hostile' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
    }

    It 'is refused where <Setting> is <Quoted>' -ForEach $refused {
        $folder = New-HostingFolder (Join-Path $TestDrive (New-Guid)) -Edit @{ $Old = $New.Replace('{0}', $Quoted) }
        $file = Join-Path $folder 'hosting.yml'
        $text = Get-Content -Raw -LiteralPath $file
        $at = $text.IndexOf($New.Replace('{0}', $Quoted), [System.StringComparison]::Ordinal) + $New.IndexOf('{0}', [System.StringComparison]::Ordinal)
        $before = $text.Substring(0, $at) -split "`n"

        $problems = $null
        Test-DeployConfig $file -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeFalse
        $here = @($problems | ForEach-Object TargetObject | Where-Object { $_.Line -eq $before.Count -and $_.Column -eq $before[-1].Length + 1 })
        $here.Count | Should -Be 1 -Because "the value begins at line $($before.Count), column $($before[-1].Length + 1), and the problems are: $($problems -join '; ')"
        "$($here[0])" | Should -BeLike "hosting.yml:$($before.Count):$($before[-1].Length + 1): *"
        "$($problems[0].FullyQualifiedErrorId)" | Should -BeLike 'HostingFileInvalid,*'
    }

    It 'starts nothing' {
        $folder = New-HostingFolder (Join-Path $TestDrive 'nothing') -Edit @{
            'branch: main' = 'branch: "x; touch /tmp/pwned"'
            "host: $Address" = "host: $NoAddress"
        }
        Push-Location $folder
        try {
            $failure = Get-Failure { Invoke-AppDeployment cigar -Setup }
        }
        finally {
            Pop-Location
        }

        $failure.FullyQualifiedErrorId | Should -BeLike 'HostingFileInvalid,*' -Because 'a connection to that address would fail otherwise'
        "$failure" | Should -Match 'hosting\.yml:\d+:\d+: apps\.cigar\.branch: '
    }

    It 'is refused where -Branch is <_>' -ForEach 'x; touch /tmp/pwned', '$(touch /tmp/pwned)', '-x', "x`ny", '--upload-pack=touch /tmp/pwned' {
        $branch = $_
        Push-Location $Client
        try {
            (Get-Failure { Invoke-AppDeployment cigar -Branch $branch }).FullyQualifiedErrorId | Should -BeLike 'BranchInvalid,*'
            (Get-Failure { Invoke-RemoteGitClone cigar -Branch $branch }).FullyQualifiedErrorId | Should -BeLike 'BranchInvalid,*'
        }
        finally {
            Pop-Location
        }
    }
}

Describe 'Values that are only odd' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        Test-Path -LiteralPath '/tmp/pwned' | Should -BeFalse -Because 'what this test makes must be its own'

        $title = '-x ''s'' "d" $(touch /tmp/pwned) `touch /tmp/pwned` ; %n %% \ {{ app.name }} ${HOME} } é🚀'
        $odd = @(
            'it''s "quoted"'
            '  leading and trailing  '
            '$(touch /tmp/pwned) `touch /tmp/pwned` ; touch /tmp/pwned | touch /tmp/pwned &'
            '-n --help'
            '%n %i %% %h %1'
            'a;b}c{d return 200;'
            '\ \n \t \\ \" \'' \'
            '${HOME} $HOME $$ $1 ~ * ?'
            '# no comment'
            ' #'
            "a`tb"
            'ünï 🚀 漢'
            ''
            '=x=y='
            '!ruby/object:Object {}'
            '{{ app.name }} {% raw %}'
            '\u0041 \x41 \101'
        )
        $password = 'p''w"x $(touch /tmp/pwned) `id` \ %n %2F @:/?#[]&=+ ünï'
        $lines = "-----BEGIN X-----`n  two $(('a' * 70))`n`n`$(touch /tmp/pwned)`"'\`n-----END X-----`n"

        $environment = for ($i = 0; $i -lt $odd.Count; $i++) { "ODD_$i`: '$($odd[$i].Replace("'", "''"))'" }
        $secrets = @(
            "SECRET_KEY_BASE=$('5e' * 32)"
            "DATABASE_PASSWORD=`"$($password.Replace('\', '\\').Replace('"', '\"'))`""
            "ODD_LINES=`"$($lines.Replace('\', '\\').Replace('"', '\"'))`""
            for ($i = 0; $i -lt $odd.Count; $i++) { "ODD_KEPT_$i=`"$($odd[$i].Replace('\', '\\').Replace('"', '\"'))`"" }
        ) -join "`n"
        $folder = New-HostingFolder (Join-Path $TestDrive 'odd') -Secrets $secrets -Edit @{
            'title: Cigar Management System' = "title: '$($title.Replace("'", "''"))'"
            'RAILS_LOG_TO_STDOUT: "1"'       = "RAILS_LOG_TO_STDOUT: `"1`"`n      $($environment -join "`n      ")"
        }
        Push-Location $folder
        $run = Invoke-Deployment @{ Setup = $true }
    }

    AfterAll {
        Pop-Location
    }

    It 'deploy' {
        "$($run.Result.Status)" | Should -Be 'Succeeded'
        $run.Lines[0] | Should -BeExactly "🚀 Deploying $title from branch main (setup=True)"
        (Get-Page) | Should -BeLike '*<li>Corona</li>*' -Because 'the app has logged in to PostgreSQL with that password'
    }

    It 'reach systemd as the title that was written' {
        $slot = (Get-LivePuma).Slot
        Invoke-Server "systemctl show puma-cigar@$slot.service -p Description --value" | Should -BeExactly "Puma of $title, slot $slot"
        Invoke-Server "systemctl show puma-cigar@$slot.service -p Environment --value" | Should -MatchExactly '^PIDFILE=/run/puma-cigar.[ab]/puma\.pid$'
        Invoke-Server "systemd-analyze verify puma-cigar@$slot.service 2>&1" | Should -BeNullOrEmpty
    }

    It 'reach Puma as the variables that were written' {
        $wanted = [ordered]@{ DATABASE_PASSWORD = $password; ODD_LINES = $lines }
        for ($i = 0; $i -lt $odd.Count; $i++) {
            $wanted["ODD_$i"] = $odd[$i]
            $wanted["ODD_KEPT_$i"] = $odd[$i]
        }

        $variables = Get-PumaEnvironment
        foreach ($name in $wanted.Keys) {
            $variables.ContainsKey($name) | Should -BeTrue -Because "$name was given"
            $variables[$name] | Should -BeExactly $wanted[$name] -Because "it is the value of $name"
        }
    }

    It 'leave nothing to do' {
        "$((Invoke-Deployment @{ Setup = $true }).Result.Status)" | Should -Be 'Unchanged'
    }

    It 'ran nothing, there or here' {
        Invoke-Server 'touch /run/pwned-control; find / -xdev -name "*pwned*"; find /run -name "*pwned*"' | Should -Be '/run/pwned-control'
        Test-Path -LiteralPath '/tmp/pwned' | Should -BeFalse
        Invoke-Server 'find / -xdev -name "*pwned*"' -HostName hub | Should -BeNullOrEmpty
    }
}
