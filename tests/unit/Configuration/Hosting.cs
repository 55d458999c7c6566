using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using HostingDeploy.Configuration;
using Xunit;

namespace HostingDeploy.Tests.Configuration;

/// <summary>Hosting files for tests: read from text, without a file.</summary>
internal static class Hosting
{
    /// <summary>Where the files of these tests seem to lie.</summary>
    public static readonly string Folder = Path.GetFullPath("/srv/hosting");

    /// <summary>The line on which <see cref="App"/> puts what it is given.</summary>
    public const int SettingLine = 8;

    /// <summary>A file with one server and the app cigar; the settings begin on <see cref="SettingLine"/>, column 5.</summary>
    public static string App(string settings) =>
        $"""
        servers:
          web1:
            host: web1.example.org
        apps:
          cigar:
            repository: git@github.com:example/cigar.git
            domain: cigars.example.org
        {Indent(settings, 4)}
        """;

    /// <summary>A file with one server; its settings begin on line 3, column 5.</summary>
    public static string Server(string settings) =>
        $"""
        servers:
          web1:
        {Indent(settings, 4)}
        """;

    public static HostingFile Read(string yaml) => Read(Encoding.UTF8.GetBytes(yaml));

    public static HostingFile Read(byte[] yaml) => HostingFileReader.Read(Path.Combine(Folder, "hosting.yml"), yaml);

    /// <summary>The app cigar with these settings.</summary>
    public static HostingApp ReadApp(string settings) => Read(App(settings)).Apps.Single();

    /// <summary>The server web1 with these settings.</summary>
    public static HostingServer ReadServer(string settings) => Read(Server(settings)).Servers.Single();

    public static IReadOnlyList<HostingFileProblem> ProblemsOf(string yaml) =>
        Assert.Throws<HostingFileException>(() => Read(yaml)).Problems;

    public static HostingFileProblem ProblemOf(string yaml) => Assert.Single(ProblemsOf(yaml));

    /// <summary>Text as a YAML double-quoted scalar: a JSON string is one.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text);

    /// <summary>A file of the repository's docs/examples.</summary>
    public static string ExamplePath(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "examples", name));

    private static string Indent(string text, int by) =>
        string.Join('\n', text.Split('\n').Select(line => new string(' ', by) + line));
}
