namespace HostingDeploy;

/// <summary>One thing that is wrong in a configuration file, and where.</summary>
/// <param name="File">The file, absolute.</param>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">Column, counted from 1.</param>
/// <param name="Path">The setting it is about, such as <c>apps.cigar.branch</c>; empty for the file as a whole.</param>
/// <param name="Message">What was found and what was expected.</param>
public sealed record HostingFileProblem(string File, int Line, int Column, string Path, string Message)
{
    /// <summary>The problem on one line, in the form editors and terminals make clickable.</summary>
    public override string ToString()
    {
        var setting = Path.Length == 0 ? "" : Path + ": ";
        return $"{System.IO.Path.GetFileName(File)}:{Line}:{Column}: {setting}{Message}";
    }
}
