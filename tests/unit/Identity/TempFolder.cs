namespace HostingDeploy.Tests.Identity;

/// <summary>A folder of one test, removed with all it holds.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder() => Root = Directory.CreateTempSubdirectory("hd-identity-").FullName;

    public string Root { get; }

    public string At(string name) => Path.Combine(Root, name);

    public string Write(string name, string content, int mode = 0b110_000_000)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)mode);
        }

        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
