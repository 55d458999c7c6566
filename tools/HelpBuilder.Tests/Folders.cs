using System.Reflection;

namespace HelpBuilder.Tests;

/// <summary>Folders of one test, gone afterwards.</summary>
public sealed class Folders : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("helpbuilder-");

    /// <summary>The module the tests document.</summary>
    public static string Dll { get; } = typeof(Folders).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Fixture").Value!;

    public string Help => Path.Combine(_root.FullName, "help");

    /// <summary>A module folder as users have it.</summary>
    public string Module => Path.Combine(_root.FullName, "LampModule");

    public string Culture => Path.Combine(Module, "en-US");

    public string Page(string name) => File.ReadAllText(Path.Combine(Help, name + ".md"));

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Help);
        File.WriteAllText(Path.Combine(Help, name + ".md"), text);
    }

    /// <summary>Changes a page; what is to be replaced has to be there.</summary>
    public void Replace(string name, string old, string text)
    {
        string page = Page(name);
        Assert.Contains(old, page, StringComparison.Ordinal);
        Write(name, page.Replace(old, text, StringComparison.Ordinal));
    }

    public void Dispose() => _root.Delete(recursive: true);
}
