using System.Reflection;

namespace HostingDeploy.Remote;

/// <summary>The remote scripts, as the module carries them.</summary>
internal static class RemoteLibrary
{
    /// <summary>The functions every step script uses: sent once, when a session opens a shell.</summary>
    internal static string Functions { get; } = string.Join(
        '\n', new[] { "lib", "redact", "confined", "postgres", "release", "nginx", "lock", "job", "rake", "puma" }.Select(name => Read($"Remote/{name}.sh")));

    /// <summary>The text of an embedded file.</summary>
    internal static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The module carries no {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
