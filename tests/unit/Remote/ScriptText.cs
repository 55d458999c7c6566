using System.Reflection;
using HostingDeploy.Remote;

namespace HostingDeploy.Tests.Remote;

/// <summary>What a <see cref="RemoteScript"/> sends.</summary>
internal static class ScriptText
{
    private static readonly PropertyInfo s_text = typeof(RemoteScript).GetProperty("Text", BindingFlags.Instance | BindingFlags.NonPublic)!;

    internal static string Of(RemoteScript script) => (string)s_text.GetValue(script)!;

    /// <summary>What stands in front of the script itself: options and parameters.</summary>
    internal static string Head(RemoteScript script, string name)
    {
        string text = Of(script);
        return text[..^RemoteLibrary.Read($"Steps/{name}.sh").Length];
    }
}
