namespace HelpBuilder.Pages;

/// <summary>The folder with the pages: one a cmdlet, one for the module, and the about topics.</summary>
internal sealed class HelpFolder(string path)
{
    private const string AboutPrefix = "about_";

    public string PathOf(string name) => Path.Combine(path, name + ".md");

    public bool Has(string name) => File.Exists(PathOf(name));

    public string Read(string name) => File.ReadAllText(PathOf(name));

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(path);
        File.WriteAllText(PathOf(name), text);
    }

    /// <summary>Every page that is neither an about topic nor the module's own.</summary>
    public IEnumerable<string> CmdletNames(string moduleName) =>
        Names().Where(name => !IsAbout(name) && name != moduleName);

    public IEnumerable<string> AboutNames() => Names().Where(IsAbout);

    private IEnumerable<string> Names() => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
        : [];

    private static bool IsAbout(string name) => name.StartsWith(AboutPrefix, StringComparison.Ordinal);
}
