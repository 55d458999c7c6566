using System.Net;
using System.Net.Sockets;
using Renci.SshNet;

namespace HostingDeploy.Sessions;

/// <summary>
/// The connection of a session: an SSH client for each server on the way, each over a relay of its own, each but the first
/// through the one before it.
/// </summary>
internal sealed class SshLink : IDisposable
{
    private readonly List<SshRelay> _relays = [];
    private readonly List<SshClient> _clients = [];

    /// <summary>The client of the session's own server.</summary>
    internal SshClient Client => _clients[^1];

    /// <summary>The relay on the wire.</summary>
    internal SshRelay Wire => _relays[0];

    /// <summary>Whether the last server on the way has not said a word yet.</summary>
    internal bool IsSilent => _relays.Count > 0 && _relays[^1].BytesReceived == 0;

    /// <summary>Opens the way to the next server and hands it to SSH.NET.</summary>
    internal async Task AddAsync(SessionTarget target, TimeSpan timeout, CancellationToken cancellationToken)
    {
        SshRelay relay = await OpenAsync(target, cancellationToken).ConfigureAwait(false);
        _relays.Add(relay);
        var info = new ConnectionInfo("127.0.0.1", relay.Port, target.Settings.User, [.. target.Authentication.Methods])
        {
            Timeout = timeout,

            // sshd says at once how many sessions it allows; asking again and again would only fill its log.
            RetryAttempts = 1,
            MaxSessions = 10,
        };
        var client = new SshClient(info);
        _clients.Add(client);
        target.HostKeys.Attach(client);

        // Key exchange and authentication block a thread whatever the token says; cutting the socket frees it.
        using CancellationTokenRegistration cut = cancellationToken.Register(relay.Dispose);
        await Task.Run(client.Connect, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Tells the relay of the session's own server when to wait for its readers.</summary>
    internal void ReadersAreBehind(Func<bool> answer) => _relays[^1].ReadersAreBehind = answer;

    /// <summary>Milliseconds since anything was heard from the session's own server.</summary>
    internal long SilentFor => _relays[^1].SilentFor;

    /// <summary>Cuts the connection: whatever waits for it fails at once.</summary>
    internal void Cut() => _relays.ForEach(relay => relay.Dispose());

    public void Dispose()
    {
        // The sockets go first: with them cut, nothing in SSH.NET's own Dispose can wait for a server.
        Cut();
        for (int i = _clients.Count - 1; i >= 0; i--)
        {
            _clients[i].Dispose();
        }
    }

    private async Task<SshRelay> OpenAsync(SessionTarget target, CancellationToken cancellationToken)
    {
        if (_clients.Count == 0)
        {
            return await SshRelay.ConnectAsync(target.Settings.HostName, target.Settings.Port, cancellationToken).ConfigureAwait(false);
        }

        // The forwarded port stays open as long as the session, on a machine that others may use too: it is for our socket alone.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int own = ((IPEndPoint)socket.LocalEndPoint!).Port;
        var forward = new ForwardedPortLocal("127.0.0.1", 0, target.Settings.HostName, (uint)target.Settings.Port);
        forward.RequestReceived += (_, request) =>
        {
            if (request.OriginatorPort != own)
            {
                throw new InvalidOperationException("This port is not for others.");
            }
        };
        Client.AddForwardedPort(forward);
        forward.Start();
        return await SshRelay.ConnectAsync(socket, "127.0.0.1", (int)forward.BoundPort, cancellationToken).ConfigureAwait(false);
    }
}
