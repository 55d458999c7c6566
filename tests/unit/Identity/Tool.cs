using System.Diagnostics;
using Xunit;

namespace HostingDeploy.Tests.Identity;

/// <summary>Runs the real OpenSSH and OpenSSL programs. A missing program fails the test: it must not look as if it had passed.</summary>
internal static class Tool
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    public static string Run(string program, params string[] arguments) => RunIn(null, program, arguments);

    public static string RunIn(IReadOnlyDictionary<string, string>? environment, string program, params string[] arguments)
    {
        (int exitCode, string output, string error) = TryRun(environment, program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}: {error}");
        return output;
    }

    public static (int ExitCode, string Output, string Error) TryRun(
        IReadOnlyDictionary<string, string>? environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(s_limit), $"{program} hangs");
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Makes a key pair and returns the path of its private half.</summary>
    public static string MakeKey(TempFolder folder, string name, string type = "ed25519", string passphrase = "", params string[] more)
    {
        string file = folder.At(name);
        Run("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", name, "-a", "1", "-f", file, .. more]);
        return file;
    }
}
