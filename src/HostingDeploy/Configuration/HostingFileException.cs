using System.Management.Automation;

namespace HostingDeploy;

/// <summary>hosting.yml cannot be used as it is; every problem of the file is named.</summary>
public sealed class HostingFileException : DeployException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">What is wrong in it; at least one.</param>
    public HostingFileException(string path, IReadOnlyList<HostingFileProblem> problems)
        : base(
            "HostingFileInvalid",
            ErrorCategory.InvalidData,
            string.Join(System.Environment.NewLine, problems),
            path,
            $"Correct {path} at the lines named, then run the command again.")
    {
        Problems = problems;
    }

    /// <summary>What is wrong, in the order of the file.</summary>
    public IReadOnlyList<HostingFileProblem> Problems { get; }
}
