using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Microsoft.PowerShell.Commands;

/// <summary>Finds text in strings and files.</summary>
[Cmdlet(VerbsCommon.Select, "String", DefaultParameterSetName = "File")]
[OutputType(typeof(MatchInfo), typeof(bool), typeof(string))]
public sealed class SelectStringCommand : PSCmdlet
{
    private Regex[] _patterns = [];
    private int _lineNumber;
    private bool _answered;

    [Parameter(Mandatory = true, ParameterSetName = "Object", ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0, Mandatory = true)]
    public string[] Pattern { get; set; } = [];

    [Parameter(Position = 1, Mandatory = true, ParameterSetName = "File", ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralFile", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    [Parameter]
    public SwitchParameter SimpleMatch { get; set; }

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    [Parameter]
    public SwitchParameter Quiet { get; set; }

    [Parameter]
    public SwitchParameter Raw { get; set; }

    [Parameter]
    public SwitchParameter List { get; set; }

    [Parameter]
    public SwitchParameter NotMatch { get; set; }

    [Parameter]
    public SwitchParameter AllMatches { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RegexOptions options = CaseSensitive ? RegexOptions.None : RegexOptions.IgnoreCase;
        try
        {
            _patterns = [.. Pattern.Select(p => new Regex(SimpleMatch ? Regex.Escape(p) : p, options))];
        }
        catch (ArgumentException e)
        {
            ThrowTerminatingError(new ErrorRecord(e, "InvalidRegex", ErrorCategory.InvalidArgument, Pattern));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_answered)
        {
            return;
        }

        if (ParameterSetName == "Object" && InputObject?.BaseObject is not FileInfo)
        {
            _lineNumber++;
            Search(InputObject?.ToString() ?? "", "InputStream", _lineNumber);
            return;
        }

        IEnumerable<string> files = InputObject?.BaseObject is FileInfo file
            ? [file.FullName]
            : LiteralPath.Select(GetUnresolvedProviderPathFromPSPath).Concat(Path.SelectMany(p => GetResolvedProviderPathFromPSPath(p, out _)));
        foreach (string path in files)
        {
            SearchFile(path);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet && !_answered)
        {
            WriteObject(false);
        }
    }

    private void SearchFile(string path)
    {
        try
        {
            int number = 0;
            foreach (string line in File.ReadLines(path))
            {
                if (Search(line, path, ++number) && (List || _answered))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(new ErrorRecord(e, "ProcessingFile", ErrorCategory.NotSpecified, path));
        }
    }

    private bool Search(string line, string path, int number)
    {
        Regex? hit = Array.Find(_patterns, p => p.IsMatch(line));
        if (hit is null != NotMatch)
        {
            return false;
        }

        if (Quiet)
        {
            _answered = true;
            WriteObject(true);
        }
        else if (Raw)
        {
            WriteObject(line);
        }
        else
        {
            Match[] matches = hit is null ? [] : AllMatches ? [.. hit.Matches(line).Cast<Match>()] : [hit.Match(line)];
            string pattern = Pattern[hit is null ? 0 : Array.IndexOf(_patterns, hit)];
            WriteObject(new MatchInfo(line, path, number, pattern, matches, !CaseSensitive));
        }

        return true;
    }
}

/// <summary>A line that Select-String found.</summary>
public sealed class MatchInfo(string line, string path, int lineNumber, string pattern, Match[] matches, bool ignoreCase)
{
    /// <summary>The text of the line.</summary>
    public string Line { get; } = line;

    /// <summary>The file, or InputStream.</summary>
    public string Path { get; } = path;

    /// <summary>The file's name without its folder.</summary>
    public string Filename => System.IO.Path.GetFileName(Path);

    /// <summary>The number of the line, from 1.</summary>
    public int LineNumber { get; } = lineNumber;

    /// <summary>The pattern that was found.</summary>
    public string Pattern { get; } = pattern;

    /// <summary>Where in the line it was found.</summary>
    public Match[] Matches { get; } = matches;

    /// <summary>Whether the case of letters counted.</summary>
    public bool IgnoreCase { get; } = ignoreCase;

    /// <inheritdoc/>
    public override string ToString() => ToString("");

    /// <summary>The line with its place; paths are relative to the given folder.</summary>
    public string ToString(string directory) => Path == "InputStream"
        ? Line
        : string.Create(CultureInfo.InvariantCulture, $"{RelativePath(directory)}:{LineNumber}:{Line}");

    /// <summary>The line with its place and with what was found emphasized.</summary>
    public string ToEmphasizedString(string directory)
    {
        string line = Line;
        foreach (Match match in Enumerable.Reverse(Matches))
        {
            line = line.Remove(match.Index, match.Length).Insert(match.Index, $"{PSStyle.Instance.Reverse}{match.Value}{PSStyle.Instance.ReverseOff}");
        }

        return new MatchInfo(line, Path, LineNumber, Pattern, Matches, IgnoreCase).ToString(directory);
    }

    private string RelativePath(string directory) =>
        directory.Length > 0 && Path.StartsWith(directory, StringComparison.Ordinal) ? System.IO.Path.GetRelativePath(directory, Path) : Path;
}
