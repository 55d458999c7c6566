# What every test file begins with: the module as the build made it, never the compiler's output.

function Get-BuiltModulePath {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../out/HostingDeploy")
    $newest = Get-ChildItem -Path "$root/*/HostingDeploy.psd1" -ErrorAction Ignore |
        Sort-Object -Property LastWriteTimeUtc |
        Select-Object -Last 1
    if (-not $newest) {
        throw "There is no built module under '$root'. Build the module first."
    }

    $newest.FullName
}

function Import-BuiltModule {
    Import-Module -Name (Get-BuiltModulePath) -Global -ErrorAction Stop
}
