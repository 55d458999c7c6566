using System.Diagnostics;
using Xunit;

namespace HostingDeploy.Tests.Identity;

/// <summary>A real ssh-agent of a test's own.</summary>
public sealed class RunningAgent : IDisposable
{
    private readonly Process _process;

    public RunningAgent(TempFolder folder)
    {
        Socket = folder.At($"agent-{Guid.NewGuid():N}"[..14]);
        _process = Process.Start(new ProcessStartInfo("ssh-agent", ["-D", "-a", Socket]) { RedirectStandardOutput = true })!;
        var waited = Stopwatch.StartNew();
        while (!File.Exists(Socket))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), "ssh-agent does not start");
            Thread.Sleep(5);
        }
    }

    public string Socket { get; }

    public void Add(params string[] arguments) => Run("ssh-add", ["-q", .. arguments]);

    public void Run(string program, params string[] arguments) =>
        Tool.RunIn(new Dictionary<string, string> { ["SSH_AUTH_SOCK"] = Socket }, program, arguments);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
