using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace HostingDeploy.PowerShellHost.Hosting;

/// <summary>
/// Reaches the internal members of the engine that pwsh's own cmdlets are built on, so that formatting and
/// providers behave here exactly as they do there. The engine's version is pinned, which is what makes this safe.
/// </summary>
internal static class Engine
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.FlattenHierarchy;

    private static readonly Assembly s_assembly = typeof(PSObject).Assembly;

    public static Type Type(string name) => s_assembly.GetType(name, throwOnError: true)!;

    public static object New(string type, params object?[] arguments) =>
        Activator.CreateInstance(Type(type), Members | BindingFlags.DoNotWrapExceptions, null, arguments, null)!;

    public static object? Call(object target, string method, params object?[] arguments) =>
        target.GetType().InvokeMember(
            method, Members | BindingFlags.InvokeMethod | BindingFlags.DoNotWrapExceptions, null, target, arguments, null);

    /// <summary>
    /// The engine's default session, that of [powershell]::Create(), loads the assemblies of pwsh by name. The ones
    /// that are not here are left out; the modules of this host bring their commands when they are first used.
    /// </summary>
    public static void ForgetMissingSnapIns()
    {
        PropertyInfo list = Type("System.Management.Automation.PSSnapInReader").GetProperty(
            "DefaultMshSnapins", BindingFlags.Static | BindingFlags.NonPublic)!;
        var snapIns = (IList)list.GetValue(null)!;
        foreach (object snapIn in snapIns.Cast<object>().ToArray())
        {
            if (!File.Exists(Path.Combine(AppContext.BaseDirectory, Get(snapIn, "AssemblyName") + ".dll")))
            {
                snapIns.Remove(snapIn);
            }
        }
    }

    public static object? Get(object target, string member) =>
        target.GetType().InvokeMember(
            member, Members | BindingFlags.GetProperty | BindingFlags.GetField | BindingFlags.DoNotWrapExceptions, null, target, null, null);

    public static void Set(object target, string member, object? value) =>
        target.GetType().InvokeMember(
            member, Members | BindingFlags.SetProperty | BindingFlags.SetField | BindingFlags.DoNotWrapExceptions, null, target, [value], null);
}
