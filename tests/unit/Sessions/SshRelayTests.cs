using System.Net;
using System.Net.Sockets;
using HostingDeploy.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>The socket between SSH.NET and the server.</summary>
public sealed class SshRelayTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task The_end_of_the_server_is_heard_by_a_client_that_says_nothing()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using SshRelay relay = await SshRelay.ConnectAsync("127.0.0.1", ((IPEndPoint)server.LocalEndpoint).Port, CancellationToken.None);
        using var client = new TcpClient("127.0.0.1", relay.Port);
        using (Socket accepted = await server.AcceptSocketAsync())
        {
            await accepted.SendAsync("last words"u8.ToArray());
        }

        using var all = new MemoryStream();
        await client.GetStream().CopyToAsync(all).WaitAsync(s_soon);
        Assert.Equal("last words"u8.ToArray(), all.ToArray());
        Assert.Equal("the server closed it", relay.Ended);
    }
}
