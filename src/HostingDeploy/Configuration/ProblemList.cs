namespace HostingDeploy.Configuration;

/// <summary>Collects everything that is wrong in one file, so that a person corrects it in one go.</summary>
internal sealed class ProblemList(string file)
{
    private readonly List<HostingFileProblem> _problems = [];

    /// <summary>Notes a problem.</summary>
    public void Add(Position at, string path, string message) =>
        _problems.Add(new HostingFileProblem(file, at.Line, at.Column, path, message));

    /// <summary>The problems in the order of the file.</summary>
    public IReadOnlyList<HostingFileProblem> InOrder() =>
        [.. _problems.OrderBy(p => p.Line).ThenBy(p => p.Column)];
}
