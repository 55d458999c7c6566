using System.Reflection;
using System.Runtime.Loader;

namespace HelpBuilder.Reflection;

/// <summary>
/// Loads a module's assembly with its dependencies from where they lie: beside it, or in its <c>dependencies</c> folder.
/// What this program has itself (PowerShell's engine above all) is shared, or attributes would not be of the same type.
/// </summary>
internal sealed class ModuleLoadContext : AssemblyLoadContext
{
    private readonly string[] _folders;

    public ModuleLoadContext(string dllPath)
        : base("module")
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(dllPath))!;
        _folders = [folder, Path.Combine(folder, "dependencies")];
        Resolving += (_, name) => Resolve(name);
    }

    private Assembly? Resolve(AssemblyName name)
    {
        string? path = _folders.Select(folder => Path.Combine(folder, name.Name + ".dll")).FirstOrDefault(File.Exists);
        return path is null ? null : LoadFromAssemblyPath(path);
    }
}
