using System.Management.Automation;
using Xunit;

namespace HostingDeploy.Tests.Configuration;

/// <summary>Which hosting file is meant. Sets an environment variable, so its tests run one after the other.</summary>
[Collection("HOSTING_FILE")]
public sealed class HostingFileLookupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("hosting-").FullName;
    private readonly string? _variable = Environment.GetEnvironmentVariable("HOSTING_FILE");

    public HostingFileLookupTests() => Environment.SetEnvironmentVariable("HOSTING_FILE", null);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HOSTING_FILE", _variable);
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("hosting.yml")]
    [InlineData("hosting.yaml")]
    [InlineData("a/hosting.yml")]
    [InlineData("a/b/hosting.yaml")]
    public void NearestFileAboveIsFound(string name)
    {
        var path = Write(name, "servers:\n");

        Assert.Equal(path, HostingFile.Find(Path.Combine(_root, "a", "b")));
    }

    [Fact]
    public void NearerFolderWinsAndThenYml()
    {
        Write("hosting.yml", "");
        Write("a/hosting.yaml", "");
        var path = Write("a/hosting.yml", "");

        Assert.Equal(path, HostingFile.Find(Path.Combine(_root, "a", "b")));
    }

    [Fact]
    public void VariableWins()
    {
        Write("hosting.yml", "");
        var path = Write("a/other.yml", "");
        Environment.SetEnvironmentVariable("HOSTING_FILE", "a/other.yml");

        Assert.Equal(path, HostingFile.Find(_root));
    }

    [Fact]
    public void VariableThatNamesNothingIsAnError()
    {
        Write("hosting.yml", "");
        Environment.SetEnvironmentVariable("HOSTING_FILE", Path.Combine(_root, "gone.yml"));

        var failure = Assert.Throws<DeployException>(() => HostingFile.Find(_root));

        Assert.Equal("HostingFileNotFound", failure.ErrorId);
        Assert.Contains("HOSTING_FILE", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoFileIsAnErrorThatSaysWhatToDo()
    {
        Directory.CreateDirectory(Path.Combine(_root, "a"));

        foreach (var failure in (DeployException[])[
            Assert.Throws<DeployException>(() => HostingFile.Find(Path.Combine(_root, "a"))),
            Assert.Throws<DeployException>(() => HostingFile.Load(Path.Combine(_root, "hosting.yml"))),
            Assert.Throws<DeployException>(() => HostingFile.Load(Path.Combine(_root, "none", "hosting.yml")))])
        {
            Assert.Equal(("HostingFileNotFound", ErrorCategory.ObjectNotFound), (failure.ErrorId, failure.Category));
            Assert.Contains("HOSTING_FILE", failure.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FolderInPlaceOfAFileIsAnError() =>
        Assert.Equal("HostingFileUnreadable", Assert.Throws<DeployException>(() => HostingFile.Load(_root)).ErrorId);

    [Fact]
    public void LoadedFileKnowsWhereItIs()
    {
        var path = Write("hosting.yml", Hosting.App("deployKey: keys/id"));

        var file = HostingFile.Load(path);

        Assert.Equal((path, _root), (file.Path, file.Folder));
        Assert.Equal((_root, Path.Combine(_root, "keys", "id")), (file.Apps[0].HostingFolder, file.Apps[0].DeployKey));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
