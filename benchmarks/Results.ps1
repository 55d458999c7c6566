# What was measured, as a table that is both plain text and Markdown. Needs Live.ps1.

function Get-Median {
    param([double[]] $Value)

    $sorted = @($Value | Sort-Object)
    $middle = [int][Math]::Floor($sorted.Count / 2)
    if ($sorted.Count % 2) { $sorted[$middle] } else { ($sorted[$middle - 1] + $sorted[$middle]) / 2 }
}

function Get-Range {
    # A number that was the same each time, or between which numbers it was.
    param([object[]] $Value, [string] $Format = '{0}')

    $range = $Value | Where-Object { $null -ne $_ } | Measure-Object -Minimum -Maximum
    if (-not $range.Count) {
        return ''
    }

    @($range.Minimum, $range.Maximum | ForEach-Object { $Format -f $_ } | Get-Unique) -join '–'
}

function Get-ResultRow {
    # A line of the table for each thing that was measured, on each link. Baseline tells what a thing is compared with.
    param([object[]] $Sample, [hashtable] $Baseline)

    foreach ($name in $Sample.Name | Select-Object -Unique) {
        $all = @($Sample | Where-Object Name -EQ $name)
        foreach ($link in $all.Link | Select-Object -Unique) {
            $own = @($all | Where-Object Link -EQ $link)
            $base = @($Sample | Where-Object { $_.Name -eq $Baseline[$name] -and $_.Link -eq $link })
            $median = Get-Median $own.Seconds
            $ratio = if ($base) { '{0:0.00} × {1}' -f ($median / (Get-Median $base.Seconds)), $base[0].Name } else { '' }
            , @($name, $link, ('{0:0.00}' -f $median), (Get-Range $own.Seconds '{0:0.00}'), "$($own.Count)", (Get-Range ($own | ForEach-Object Trips)), (Get-Range ($own | ForEach-Object OwnTrips)), (Get-Range ($own | ForEach-Object Boots)), $ratio)
        }
    }
}

function Format-Result {
    # The lines of the table.
    param([object[]] $Row)

    $all = @(, @('what', 'link', 'median s', 'range s', 'n', 'round trips', 'by its own count', 'Rails boots', 'ratio')) + $Row
    $columns = 0..($all[0].Count - 1)
    $widths = foreach ($column in $columns) { ($all | ForEach-Object { $_[$column].Length } | Measure-Object -Maximum).Maximum }
    $lines = foreach ($one in $all) { '| ' + (@($columns | ForEach-Object { $one[$_].PadRight($widths[$_]) }) -join ' | ') + ' |' }
    $lines[0]
    '|' + (@($widths | ForEach-Object { '-' * ($_ + 2) }) -join '|') + '|'
    $lines | Select-Object -Skip 1
}

function Get-Load {
    (-split (Get-Content -LiteralPath /proc/loadavg))[0]
}

function Get-Circumstance {
    # Where and with what it was measured, in sentences.
    param([string] $LoadBefore, [string] $Capistrano)

    $memory = [Math]::Round([double]((Get-Content -LiteralPath /proc/meminfo -TotalCount 1) -replace '\D') / 1MB)
    $release = Invoke-Server '. /etc/os-release; echo "$PRETTY_NAME, Ruby $(ruby -e "print RUBY_VERSION")"'
    $gems = Invoke-Server -HostName hub 'runuser -u git -- git -C /srv/git/org/cigar.git show main:Gemfile.lock | sed -nE "s/^    (rails|puma) \((.*)\)$/\1 \2/p" | sort -r | paste -sd,'
    "- $([DateTime]::UtcNow.ToString('yyyy-MM-dd HH:mm')) UTC; $([Environment]::ProcessorCount) processors and $memory GB for client, link, Git host and server together; load $LoadBefore before, $(Get-Load) after"
    "- HostingDeploy $((Get-Module HostingDeploy).Version), PowerShell $($PSVersionTable.PSVersion) in $(Split-Path -Leaf ([Environment]::ProcessPath)), $("$(ssh -V 2>&1)" -replace ',.*')$(if ($Capistrano) { ", $Capistrano" })"
    "- Server: $release, $($gems -replace ',', ', ')"
}
