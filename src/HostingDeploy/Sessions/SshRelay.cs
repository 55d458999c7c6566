using System.Net;
using System.Net.Sockets;

namespace HostingDeploy.Sessions;

/// <summary>
/// Carries one SSH connection between SSH.NET and a socket of our own. SSH.NET fixes the socket's buffers (no kernel
/// auto-tuning), has no way to notice a link that died silently and blocks in Dispose while a send is stuck; with the
/// real socket in our hands a dead link is cut in seconds and every blocked call returns.
/// </summary>
internal sealed class SshRelay : IDisposable
{
    private const int TcpUserTimeoutOption = 18; // TCP_USER_TIMEOUT, tcp(7): Linux only
    private const int BufferSize = 64 * 1024;

    private readonly Socket _remote;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _local;
    private long _sent;
    private long _received;
    private int _turns;
    private int _lastDirection;
    private long _lastHeard = Environment.TickCount64;

    private SshRelay(Socket remote)
    {
        _remote = remote;
        _listener.Start(1);
    }

    /// <summary>The loopback port SSH.NET is to connect to.</summary>
    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes written to the server, SSH's own overhead included.</summary>
    internal long BytesSent => Interlocked.Read(ref _sent);

    /// <summary>Bytes read from the server.</summary>
    internal long BytesReceived => Interlocked.Read(ref _received);

    /// <summary>Milliseconds since anything was read from the server, or left to wait there for the readers.</summary>
    internal long SilentFor => Environment.TickCount64 - Volatile.Read(ref _lastHeard);

    /// <summary>How often an answer followed something we had sent: the round trips a delay would be felt on.</summary>
    internal int RoundTrips => Volatile.Read(ref _turns);

    /// <summary>
    /// Whether the readers behind SSH.NET are behind. SSH.NET grants the server a window of 2 GiB and buffers what nobody has
    /// read; while this is so, nothing more is taken from the wire, and TCP makes the server wait.
    /// </summary>
    internal Func<bool> ReadersAreBehind { get; set; } = () => false;

    /// <summary>Why the server's side ended, when it did.</summary>
    internal string? Ended { get; private set; }

    /// <summary>Connects to the server and starts carrying.</summary>
    internal static Task<SshRelay> ConnectAsync(string host, int port, CancellationToken cancellationToken) =>
        ConnectAsync(new Socket(SocketType.Stream, ProtocolType.Tcp), host, port, cancellationToken);

    /// <summary>Connects the socket to the server and starts carrying.</summary>
    internal static async Task<SshRelay> ConnectAsync(Socket remote, string host, int port, CancellationToken cancellationToken)
    {
        try
        {
            remote.NoDelay = true;
            await remote.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            DetectDeadPeer(remote);
        }
        catch
        {
            remote.Dispose();
            throw;
        }

        var relay = new SshRelay(remote);
        _ = relay.CarryAsync();
        return relay;
    }

    /// <summary>Cuts the connection: every call blocked on it fails at once.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _local?.Dispose();
        _remote.Dispose();
    }

    private static void DetectDeadPeer(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeoutOption, BitConverter.GetBytes(15_000));
        }
    }

    private async Task CarryAsync()
    {
        try
        {
            _local = await _listener.AcceptSocketAsync().ConfigureAwait(false);
            _local.NoDelay = true;
            _listener.Stop();
            await Task.WhenAny(CopyAsync(_local, _remote, outward: true), CopyAsync(_remote, _local, outward: false)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side went away before SSH.NET connected; its connect fails and reports it.
        }
        finally
        {
            Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool outward)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            while (true)
            {
                while (!outward && ReadersAreBehind())
                {
                    Volatile.Write(ref _lastHeard, Environment.TickCount64);
                    await Task.Delay(1).ConfigureAwait(false);
                }

                int count = await from.ReceiveAsync(buffer.AsMemory(), SocketFlags.None).ConfigureAwait(false);
                if (count == 0)
                {
                    Ended ??= outward ? null : "the server closed it";

                    // Whoever reads is to hear of it, after all that came before; it closes its side then.
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                if (!outward)
                {
                    Volatile.Write(ref _lastHeard, Environment.TickCount64);
                }

                Count(count, outward);
                for (int offset = 0; offset < count;)
                {
                    offset += await to.SendAsync(buffer.AsMemory(offset, count - offset), SocketFlags.None).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One direction ended; CarryAsync closes the other.
            Ended ??= e is SocketException && !outward ? e.Message : null;
        }
    }

    private void Count(int bytes, bool outward)
    {
        // A server greets unasked: its first words are no answer (RFC 4253, 4.2).
        bool isFirst = Interlocked.Add(ref outward ? ref _sent : ref _received, bytes) == bytes;
        if (isFirst && !outward)
        {
            return;
        }

        int before = Interlocked.Exchange(ref _lastDirection, outward ? 1 : 2);
        if (!outward && before == 1)
        {
            Interlocked.Increment(ref _turns);
        }
    }
}
