using System.Management.Automation;
using HostingDeploy.Configuration;

namespace HostingDeploy;

/// <summary>hosting.yml: the servers and the apps that run on them.</summary>
public sealed class HostingFile
{
    /// <summary>The environment variable that names the file, whatever the current folder is.</summary>
    internal const string Variable = "HOSTING_FILE";

    private static readonly string[] s_fileNames = ["hosting.yml", "hosting.yaml"];

    internal HostingFile(string path, IReadOnlyList<HostingServer> servers, IReadOnlyList<HostingApp> apps)
    {
        Path = path;
        Servers = servers;
        Apps = apps;
    }

    /// <summary>The file, absolute.</summary>
    public string Path { get; }

    /// <summary>Its folder: relative paths in the file start here.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The servers, in the order of the file.</summary>
    public IReadOnlyList<HostingServer> Servers { get; }

    /// <summary>The apps, in the order of the file.</summary>
    public IReadOnlyList<HostingApp> Apps { get; }

    /// <summary>Reads and checks a hosting file.</summary>
    /// <param name="path">The file; a relative one starts at the process's current folder.</param>
    /// <exception cref="HostingFileException">The file has problems; all of them are named.</exception>
    public static HostingFile Load(string path)
    {
        var fullPath = System.IO.Path.GetFullPath(path);
        try
        {
            return HostingFileReader.Read(fullPath, File.ReadAllBytes(fullPath));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NotFound($"There is no hosting file {fullPath}.", fullPath);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw new DeployException(
                "HostingFileUnreadable",
                ErrorCategory.ReadError,
                $"The hosting file {fullPath} cannot be read: {failure.Message}",
                fullPath,
                "Give yourself read access to the file, then run the command again.",
                failure);
        }
    }

    /// <summary>
    /// The path of the hosting file that belongs to a folder: what HOSTING_FILE names, else hosting.yml (or
    /// hosting.yaml) in the folder or the nearest one above it.
    /// </summary>
    /// <param name="startFolder">Where the search begins.</param>
    public static string Find(string startFolder)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            var path = System.IO.Path.GetFullPath(chosen, System.IO.Path.GetFullPath(startFolder));
            return File.Exists(path) ? path : throw NotFound($"{Variable} names {path}, which does not exist.", path);
        }

        for (var folder = new DirectoryInfo(startFolder); folder is not null; folder = folder.Parent)
        {
            var candidates = s_fileNames.Select(name => System.IO.Path.Combine(folder.FullName, name));
            if (candidates.FirstOrDefault(File.Exists) is { } found)
            {
                return found;
            }
        }

        throw NotFound($"There is no hosting.yml in {startFolder} or a folder above it.", startFolder);
    }

    /// <summary>The app of that name.</summary>
    public HostingApp GetApp(string name) =>
        Apps.FirstOrDefault(a => a.Name == name) ?? throw Unknown("app", name, Apps.Select(a => a.Name));

    /// <summary>The server of that name.</summary>
    public HostingServer GetServer(string name) =>
        Servers.FirstOrDefault(s => s.Name == name) ?? throw Unknown("server", name, Servers.Select(s => s.Name));

    /// <summary>The file's path.</summary>
    public override string ToString() => Path;

    private static DeployException NotFound(string message, string target) => new(
        "HostingFileNotFound",
        ErrorCategory.ObjectNotFound,
        message,
        target,
        $"Go to the folder of hosting.yml, or name the file in the environment variable {Variable}.");

    private DeployException Unknown(string kind, string name, IEnumerable<string> known)
    {
        var names = known.ToList();
        var list = names.Count == 0 ? "none" : string.Join(", ", names);
        var found = $"{Path} has no {kind} '{Show.Inline(name)}'{Suggestion.For(name, names)}";
        return new DeployException(
            kind == "app" ? "UnknownApp" : "UnknownServer",
            ErrorCategory.ObjectNotFound,
            $"{found}{(found.EndsWith('?') ? "" : ".")} Its {kind}s: {list}.",
            name,
            $"Use one of these names, or add the {kind} to {Path}.");
    }
}
