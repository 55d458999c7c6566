using HostingDeploy.Tests.Identity;
using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>A test of the functions of the library, on real files of a folder of its own.</summary>
public abstract class LibraryTest(LibraryShell library) : IClassFixture<LibraryShell>, IDisposable
{
    protected TempFolder Folder { get; } = new();

    protected string At(string name) => Folder.At(name);

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs it the way a step's script is run.</summary>
    private protected Task<LocalShell.Answer> RunAsync(string script, bool plan = false) =>
        library.Shell.RunAsync($"set -euo pipefail\nPLAN={(plan ? "1" : string.Empty)}\nCHANGES=()\n{script}");

    /// <summary>What would differ if anything about the file had been touched.</summary>
    private protected static string Stamp(string path) => Tool.Run("stat", "-c", "%i %a %u:%g %Y %Z %s", path);

    /// <summary>Everything in the folder, with what would differ if it had been touched.</summary>
    private protected string Listing() => Tool.Run("find", Folder.Root, "-printf", "%p %i %m %u %l %T@ %C@\\n");

    private protected static string ModeAndOwner(string path) => Tool.Run("stat", "-c", "%a %U:%G", path).Trim();
}
