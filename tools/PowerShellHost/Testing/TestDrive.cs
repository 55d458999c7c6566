using System.IO.Enumeration;
using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>The folder $TestDrive of a test file. After each block it holds again what it held before.</summary>
internal sealed class TestDrive : IDisposable
{
    private const string Name = "TestDrive";

    private readonly SessionState _session;
    private readonly TestDrive? _outer;
    private readonly string _root = Directory.CreateTempSubdirectory("TestDrive-").FullName;

    public TestDrive(SessionState session, TestDrive? outer)
    {
        _session = session;
        _outer = outer;
        Publish();
    }

    public string[] Remember()
    {
        var entries = new FileSystemEnumerable<string>(
            _root, (ref FileSystemEntry e) => e.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        {
            // What a link leads to is not the drive's.
            ShouldRecursePredicate = (ref FileSystemEntry e) => (e.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        return [.. entries];
    }

    public void Restore(string[] entries)
    {
        var known = entries.ToHashSet(StringComparer.Ordinal);
        foreach (string entry in Remember().Where(e => !known.Contains(e)))
        {
            if (new FileInfo(entry).LinkTarget is not null || File.Exists(entry))
            {
                File.Delete(entry);
            }
            else if (Directory.Exists(entry))
            {
                Directory.Delete(entry, recursive: true);
            }
        }
    }

    public void Dispose()
    {
        Withdraw();
        Directory.Delete(_root, recursive: true);
        _outer?.Publish();
    }

    private void Publish()
    {
        Withdraw();
        _session.Drive.New(new PSDriveInfo(Name, _session.Provider.GetOne("FileSystem"), _root, "", null), "global");
        _session.PSVariable.Set("global:" + Name, _root);
    }

    private void Withdraw()
    {
        if (_session.Drive.GetAll().Any(d => d.Name == Name))
        {
            _session.Drive.Remove(Name, force: true, "global");
        }

        _session.PSVariable.Remove("global:" + Name);
    }
}
