# Proves: no commit makes root follow what is in it, whatever file that a step touches is a link, has an odd name or is missing:
# what is elsewhere stays as it is and is not even read, and what cannot be deployed is an error of its own.

Describe 'A commit whose' -Tag Live, Long {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        . "$PSScriptRoot/Hostile.ps1"
        Import-BuiltModule
        $door = New-NeighbourBranch
        Push-Location (New-NeighbourFolder (Join-Path $TestDrive 'hosting') -Branch $door)
        Restore-Neighbour
        $names = 'public', 'assets', 'db', 'migrate', 'migration', 'REVISION', 'Gemfile', 'Gemfile.lock', 'config.ru', 'gitmodules', 'log', 'tmp', 'storage', 'robots', 'config', 'manifest'
        Set-Trap $names
        $branches = [System.Collections.Generic.List[string]]::new()

        function Invoke-Hostile {
            # A plan and a deployment of a branch of its own with this change, and what came of them.
            param([Parameter(Mandatory)] [string] $Snippet, [string[]] $More = @())

            $branch = New-BranchName
            $branches.Add($branch)
            $null = New-Commit 'Hostile' -Branch $branch $Snippet
            $before = Get-Canary
            $attempts = foreach ($line in @("Invoke-AppDeployment cigar -Branch $branch -WhatIf", "Invoke-AppDeployment cigar -Branch $branch") + $More) { Invoke-Attempt $line -Seconds 90 }
            $result = [pscustomobject]@{ Branch = $branch; Attempts = @($attempts); Sprung = Get-Sprung; Changed = @(Compare-Canary $before (Get-Canary)) }
            $result
        }
    }

    AfterAll {
        Pop-Location
        Remove-Branch (@($branches) + $door)
    }

    It '<What>: root follows nothing, and it ends as <Ending>' -ForEach @(
        @{ What = 'public is a link to a folder of root''s'; Ending = '', 'UnsafePath', 'AssetsFailed', 'AppNotHealthy'; Snippet = 'rm -rf public; ln -s /root/trap/folder/public public' }
        @{ What = 'public is a link to /etc'; Ending = '', 'UnsafePath', 'AssetsFailed', 'AppNotHealthy'; Snippet = 'rm -rf public; ln -s /etc public' }
        @{ What = 'REVISION is a link to a file of root''s'; Ending = @(''); More = @('Build-AppAsset cigar -Force'); Snippet = 'ln -s /root/trap/file/REVISION REVISION' }
        @{ What = 'REVISION is a folder'; Ending = '', 'UnsafePath', 'ReleaseNotWritten'; Snippet = 'mkdir REVISION; echo x >REVISION/x' }
        @{ What = 'public/assets and db/migrate are links'; Ending = '', 'AssetsFailed', 'AppNotHealthy', 'MigrationFailed'; More = @('Build-AppAsset cigar -Force'); Snippet = 'ln -s /root/trap/folder/assets public/assets; rm -rf db/migrate; ln -s /root/trap/folder/migrate db/migrate' }
        @{ What = 'db, log, tmp, storage are links, REVISION one to a file that is not there'; Ending = '', 'MigrationFailed', 'AppNotHealthy'; Snippet = 'for name in db log tmp storage; do rm -rf $name; ln -s /root/trap/folder/$name $name; done; ln -s /root/trap/new/REVISION REVISION' }
        @{ What = 'Gemfile is a link'; Ending = 'NotARailsApp', 'BundleFailed'; Snippet = 'rm Gemfile; ln -s /root/trap/file/Gemfile Gemfile' }
        @{ What = 'Gemfile.lock leads to a device without end'; Ending = 'NotARailsApp', 'BundleFailed'; Snippet = 'rm Gemfile.lock; ln -s /dev/zero Gemfile.lock' }
        @{ What = 'config.ru is a link and a migration is one'; Ending = 'NotARailsApp', 'MigrationFailed'; Snippet = 'rm config.ru; ln -s /root/trap/file/config.ru config.ru; ln -s /root/trap/file/migration db/migrate/20300101000000_trap.rb' }
        @{ What = 'names are odd'; Ending = @(''); Snippet = @'
for folder in . public db/migrate; do
  for name in $'x\n..' '-rf' '*' '$(touch x)' "'" $'\033[2J' $'a\tb'; do mkdir -p -- "$folder/$name"; echo x >"$folder/$name/x"; done
done
touch -- '--checkpoint-action=exec=touch x' $'20300101000000_a\n20300101000001_b.rb.txt'
'@
        }
        @{ What = 'files are left out by .gitattributes'; Ending = 'NotARailsApp'; Snippet = 'echo "Gemfile.lock export-ignore" >.gitattributes; echo "VERSION export-subst" >>.gitattributes' }
    ) {
        $more = @(if ($_.ContainsKey('More')) { $_.More })
        $result = Invoke-Hostile $Snippet $more
        $result.Sprung | Should -BeNullOrEmpty
        $result.Changed | Should -BeNullOrEmpty
        foreach ($attempt in $result.Attempts) {
            "$($attempt.ErrorId)" | Should -BeIn (@($Ending) + '') -Because "$($attempt.Name): $($attempt.Message)"
        }

        if ($Ending -notcontains '') {
            $result.Attempts[1].ErrorId | Should -Not -BeNullOrEmpty
        }
    }

    It 'public is a link, and a shared folder is below it: root makes nothing where it leads' {
        $branch = New-BranchName
        $branches.Add($branch)
        $null = New-Commit 'Hostile' -Branch $branch 'rm -rf public; ln -s /root/trap/folder/public public'
        $folder = New-NeighbourFolder (Join-Path $TestDrive 'shared') -Branch $door -Cigar "`n    sharedFolders: [public/uploads, public/a/b]"
        $canary = Get-Canary
        Push-Location $folder
        try {
            $attempt = Invoke-Attempt "Invoke-AppDeployment cigar -Branch $branch"
        }
        finally {
            Pop-Location
        }

        $attempt.ErrorId | Should -Be 'UnsafePath' -Because $attempt.Message
        $attempt.Message | Should -Match '\bpublic\b'
        Get-Sprung | Should -BeNullOrEmpty
        Compare-Canary $canary (Get-Canary) | Should -BeNullOrEmpty
    }

    It 'comes after all of these is an ordinary one' {
        $deployment = Invoke-Attempt 'Invoke-AppDeployment cigar'
        $deployment.ErrorId | Should -BeNullOrEmpty -Because $deployment.Message
        Get-Page '/up' | Should -Be 'OK'
        Invoke-Server 'ls -A /var/www/cigar/releases | grep -vxE "[0-9]{8}-[0-9]{6}-[0-9a-f]{7}" || true' | Should -BeNullOrEmpty
    }
}
