using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Who reads the configuration: what <c>~</c>, <c>%u</c>, <c>%d</c> and <c>${NAME}</c> stand for.</summary>
/// <param name="Home">The user's home folder.</param>
/// <param name="LocalUser">The user's name on this machine.</param>
/// <param name="Variable">Environment variables.</param>
internal sealed record SshConfigContext(string Home, string LocalUser, Func<string, string?> Variable)
{
    public static SshConfigContext Current => new(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        Environment.UserName,
        Environment.GetEnvironmentVariable);

    /// <summary>The user's number; empty on Windows, which has none.</summary>
    public static string LocalUserNumber => OperatingSystem.IsWindows() ? string.Empty : GetUserNumber().ToString(CultureInfo.InvariantCulture);

    /// <summary>The name of this machine.</summary>
    public static string LocalHost => Dns.GetHostName();

    public string UserFolder => Path.Combine(Home, ".ssh");

    public static string SystemFolder => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "ssh")
        : "/etc/ssh";

    /// <summary>Replaces a leading <c>~/</c>. The home folders of other users (<c>~name/</c>) are not looked up.</summary>
    public string ExpandHome(string path) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Home + path[1..] : path;

    [DllImport("libc", EntryPoint = "getuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetUserNumber();
}
