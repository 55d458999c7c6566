using System.Management.Automation;

namespace HostingDeploy;

/// <summary>
/// Reads the local file an app's secrets are kept in: lines of <c>NAME=value</c> as dotenv has them. Values are literal:
/// <c>$</c> never stands for another variable. No message ever repeats a value.
/// </summary>
public static class SecretsFile
{
    private const UnixFileMode GroupAndOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The secrets by name, in the order of the file.</summary>
    /// <param name="path">The file; on Linux and macOS only its owner may have access to it.</param>
    public static IReadOnlyDictionary<string, Secret> Read(string path)
    {
        var fullPath = Path.GetFullPath(path);
        var text = Utf8Text.Decode(fullPath, ReadBytes(fullPath), out var problem) ?? throw Invalid(fullPath, [problem!]);
        var parser = new SecretsFileParser(fullPath, text);
        var secrets = parser.Parse();
        return parser.Problems.Count == 0 ? secrets : throw Invalid(fullPath, parser.Problems);
    }

    /// <summary>The values that can be read of the file, whatever is wrong with it: to know them when they are seen, not to use them.</summary>
    internal static IReadOnlyDictionary<string, Secret> ReadWhatThereIs(string path)
    {
        try
        {
            return new SecretsFileParser(path, File.ReadAllText(path)).Parse();
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            return new Dictionary<string, Secret>();
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using var file = File.OpenRead(path);

            // Asked of the open file, so that what is checked is what is read.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & GroupAndOthers) != 0)
            {
                throw new DeployException(
                    "SecretsFileTooOpen",
                    ErrorCategory.SecurityError,
                    $"The secrets file {path} is open to other users of this machine; only its owner may have access.",
                    path,
                    $"chmod 600 '{path.Replace("'", @"'\''", StringComparison.Ordinal)}'");
            }

            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DeployException(
                "SecretsFileMissing",
                ErrorCategory.ObjectNotFound,
                $"There is no secrets file {path}.",
                path,
                "Create it with one NAME=value a line, readable by you alone (chmod 600), or correct secretsFile in hosting.yml.");
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw new DeployException(
                "SecretsFileUnreadable",
                ErrorCategory.ReadError,
                $"The secrets file {path} cannot be read: {failure.Message}",
                path,
                "Give yourself, and nobody else, access to the file.",
                failure);
        }
    }

    private static DeployException Invalid(string path, IReadOnlyList<HostingFileProblem> problems) => new(
        "SecretsFileInvalid",
        ErrorCategory.InvalidData,
        string.Join(Environment.NewLine, problems),
        path,
        $"Correct {path} at the lines named, then run the command again.");
}
