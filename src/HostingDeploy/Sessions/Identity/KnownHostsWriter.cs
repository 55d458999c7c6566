using System.Management.Automation;
using System.Text;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Adds keys to a user's known_hosts file.</summary>
internal static class KnownHostsWriter
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>
    /// Appends one line with a single write under the file's lock, so that sessions opened at the same time lose nothing and a
    /// reader never sees half a line; a key that another one has added meanwhile is not added again. The folder and the file are
    /// created readable by their owner only.
    /// </summary>
    /// <param name="file">The known_hosts file.</param>
    /// <param name="names">The host; the line is written under its first name.</param>
    /// <param name="key">The key.</param>
    /// <param name="hashName">Whether to hide the name, as <c>HashKnownHosts yes</c> does.</param>
    public static void Append(string file, HostKeyNames names, SshPublicKey key, bool hashName)
    {
        string line = $"{(hashName ? KnownHostEntry.HashName(names.Token) : names.Token)} {key}\n";
        try
        {
            CreateFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
            using FileStream stream = SharedFile.TryOpen(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, OwnerFile)
                ?? throw new DirectoryNotFoundException($"The folder of '{file}' does not exist.");
            if (Knows(stream, names, key))
            {
                return;
            }

            stream.Write(Encoding.UTF8.GetBytes(EndsInsideLine(stream) ? "\n" + line : line));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DeployException(
                "KnownHostsNotWritable",
                ErrorCategory.WriteError,
                $"The key of '{names.Token}' could not be written to '{file}': {e.Message}",
                file,
                $"Make '{file}' writable, or name the key with -HostKey {key.Fingerprint} instead of accepting new keys.",
                e);
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerFolder);
        }
    }

    private static bool Knows(FileStream stream, HostKeyNames names, SshPublicKey key)
    {
        if (!stream.CanSeek)
        {
            return false;
        }

        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            if (KnownHostEntry.Parse(line, stream.Name, 0) is { Marker: KnownHostMarker.None } entry && entry.Key.Equals(key) && entry.IsFor(names.Token))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Moves to the end; whether the last line there lacks its line feed.</summary>
    private static bool EndsInsideLine(FileStream stream)
    {
        if (!stream.CanSeek || stream.Length == 0)
        {
            return false;
        }

        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() != '\n';
    }
}
