using System.Management.Automation;
using System.Reflection;

namespace HelpBuilder.Reflection;

/// <summary>A built module assembly: its cmdlets, its description and its manifest.</summary>
internal sealed class ModuleAssembly
{
    private ModuleAssembly(string dllPath, Assembly assembly)
    {
        Name = assembly.GetName().Name!;
        HelpFile = Path.GetFileName(dllPath) + "-Help.xml";
        Manifest = ModuleManifest.Beside(dllPath, Name);
        Description = assembly.GetCustomAttribute<AssemblyDescriptionAttribute>()?.Description;
        Cmdlets = new CmdletReader(assembly, XmlComments.Beside(dllPath)).ReadAll();
    }

    public string Name { get; }

    /// <summary>The file name Get-Help looks for.</summary>
    public string HelpFile { get; }

    public ModuleManifest? Manifest { get; }

    public string? Description { get; }

    /// <summary>In order of name.</summary>
    public IReadOnlyList<Cmdlet> Cmdlets { get; }

    public static ModuleAssembly Load(string dllPath)
    {
        string path = Path.GetFullPath(dllPath);
        return new ModuleAssembly(path, new ModuleLoadContext(path).LoadFromAssemblyPath(path));
    }
}
