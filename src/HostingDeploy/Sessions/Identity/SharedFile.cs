namespace HostingDeploy.Sessions.Identity;

/// <summary>Opens files that other processes of this module write at the same time: waits for their lock instead of failing.</summary>
internal static class SharedFile
{
    private const int Attempts = 80;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Opens the file; null when it, or its folder, does not exist.</summary>
    public static FileStream? TryOpen(string path, FileMode mode, FileAccess access, FileShare share, UnixFileMode? createMode = null)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (createMode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = createMode;
        }

        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (IOException) when (attempt < Attempts && File.Exists(path))
            {
                Thread.Sleep(s_pause);
            }
        }
    }
}
