using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>One shell with the library for all tests of a class.</summary>
public sealed class LibraryShell : IAsyncLifetime
{
    internal LocalShell Shell { get; private set; } = null!;

    public async Task InitializeAsync() => Shell = await LocalShell.StartWithLibraryAsync();

    public Task DisposeAsync()
    {
        Shell.Dispose();
        return Task.CompletedTask;
    }
}
