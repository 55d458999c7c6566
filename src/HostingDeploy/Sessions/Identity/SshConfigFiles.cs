using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Finds and reads the files of an ssh_config.</summary>
internal static class SshConfigFiles
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private static readonly char[] s_wildcards = ['*', '?', '['];

    /// <summary>Reads a file's lines; null when it does not exist.</summary>
    public static IReadOnlyList<string>? Read(string file, bool checkMode)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (checkMode && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & WritableByOthers) != 0)
            {
                throw new DeployException(
                    "SshConfigTooOpen",
                    ErrorCategory.SecurityError,
                    $"The SSH configuration '{file}' can be changed by others, so it is not used.",
                    file,
                    $"chmod go-w '{file}'");
            }

            var lines = new List<string>();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                lines.Add(line);
            }

            return lines;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            if (Directory.Exists(file))
            {
                return null;
            }

            throw new DeployException(
                "SshConfigUnreadable",
                ErrorCategory.PermissionDenied,
                $"The SSH configuration '{file}' cannot be read: {e.Message}",
                file,
                $"Make '{file}' readable for the user you are.",
                e);
        }
    }

    /// <summary>The paths that a glob pattern of <c>Include</c> stands for, in the order of glob(7).</summary>
    public static IReadOnlyList<string> Glob(string pattern)
    {
        string root = Path.GetPathRoot(pattern) ?? "";
        IEnumerable<string> found = [root];
        foreach (string segment in pattern[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = segment.IndexOfAny(s_wildcards) < 0
                ? found.Select(folder => Path.Combine(folder, segment))
                : found.SelectMany(folder => Matching(folder, segment));
        }

        return [.. found.Where(Path.Exists).Order(StringComparer.Ordinal)];
    }

    private static string[] Matching(string folder, string segment)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var regex = new Regex(ToRegex(segment), RegexOptions.CultureInvariant | RegexOptions.Singleline);
        bool hidden = segment.StartsWith('.');
        return
        [
            .. Directory.EnumerateFileSystemEntries(folder)
                .Where(path => Path.GetFileName(path) is var name && (hidden || !name.StartsWith('.')) && regex.IsMatch(name)),
        ];
    }

    private static string ToRegex(string glob)
    {
        var regex = new StringBuilder(@"\A");
        for (int i = 0; i < glob.Length; i++)
        {
            int end = glob[i] == '[' ? glob.IndexOf(']', Math.Min(i + 2, glob.Length)) : -1;
            if (end > 0)
            {
                string set = glob[(i + 1)..end].Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal);
                regex.Append('[').Append(set[0] is '!' or '^' ? "^" + set[1..] : set).Append(']');
                i = end;
            }
            else
            {
                regex.Append(glob[i] switch { '*' => ".*", '?' => ".", char c => Regex.Escape(c.ToString()) });
            }
        }

        return regex.Append(@"\z").ToString();
    }
}
