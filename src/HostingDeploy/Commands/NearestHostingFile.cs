using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>The hosting.yml that goes for the current location.</summary>
internal static class NearestHostingFile
{
    /// <summary>Loads the file given, or the one in the current location or a folder above it.</summary>
    internal static HostingFile Load(SessionState session, string? given = null) =>
        HostingFile.Load(given is null
            ? HostingFile.Find(session.Path.CurrentFileSystemLocation.ProviderPath)
            : session.Path.GetUnresolvedProviderPathFromPSPath(given));
}
