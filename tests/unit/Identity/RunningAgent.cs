using System.Diagnostics;
using System.Net.Sockets;
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
        while (!Answers(Socket))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), "ssh-agent does not start");
            Thread.Sleep(5);
        }
    }

    public string Socket { get; }

    public void Add(params string[] arguments) => Run("ssh-add", ["-q", .. arguments]);

    public void Run(string program, params string[] arguments) =>
        Tool.RunIn(new Dictionary<string, string> { ["SSH_AUTH_SOCK"] = Socket }, program, arguments);

    /// <summary>The socket is there a moment before anybody listens to it.</summary>
    private static bool Answers(string path)
    {
        using var socket = new System.Net.Sockets.Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
