using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace HostingDeploy;

/// <summary>
/// Loads the module's dependencies from its own folder into a load context of their own, so that another module's SSH.NET
/// or YamlDotNet, of whatever version, lives beside them.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    private static readonly DependencyLoadContext s_context = new();
    private static int s_hooked;

    /// <summary>Runs on import, once per runspace; the hook is the process's and stays.</summary>
    public void OnImport()
    {
        if (Interlocked.Exchange(ref s_hooked, 1) == 0)
        {
            AssemblyLoadContext.Default.Resolving += static (_, name) => s_context.TryLoad(name);
        }
    }

    private sealed class DependencyLoadContext : AssemblyLoadContext
    {
        private readonly string _folder = Path.Combine(Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!, "dependencies");

        internal DependencyLoadContext()
            : base("HostingDeploy")
        {
        }

        internal Assembly? TryLoad(AssemblyName name)
        {
            string path = Path.Combine(_folder, name.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }

        protected override Assembly? Load(AssemblyName assemblyName) => TryLoad(assemblyName);
    }
}
