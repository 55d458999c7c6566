using System.Buffers.Binary;
using System.Net.Sockets;

namespace HostingDeploy.Tests.Identity;

/// <summary>An agent that answers as it is told: for keys and faults that no real agent has at hand.</summary>
public sealed class FakeAgent : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public FakeAgent(string path, Func<byte[], byte[]?> answer)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = Task.Run(() => Serve(answer));
    }

    /// <summary>The answer that lists keys.</summary>
    public static byte[] Listing(params byte[][] blobs) =>
        [12, 0, 0, 0, (byte)blobs.Length, .. blobs.SelectMany(blob => Wire.Bytes(blob).Concat(Wire.Text("fake")))];

    /// <summary>The answer that holds a signature.</summary>
    public static byte[] Signature(string type) => [14, .. Wire.Bytes([.. Wire.Text(type), .. Wire.Bytes([1, 2, 3])])];

    public void Dispose() => _listener.Dispose();

    private void Serve(Func<byte[], byte[]?> answer)
    {
        try
        {
            while (true)
            {
                using Socket client = _listener.Accept();
                using var stream = new NetworkStream(client);
                byte[] header = new byte[4];
                stream.ReadExactly(header);
                byte[] request = new byte[BinaryPrimitives.ReadInt32BigEndian(header)];
                stream.ReadExactly(request);
                if (answer(request) is { } reply)
                {
                    stream.Write(Wire.Bytes(reply));
                }
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
