using System.Buffers.Binary;
using System.IO.Pipes;
using System.Net.Sockets;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Talks to an SSH agent (draft-miller-ssh-agent): lists the keys it holds and has it sign. The keys never leave the agent.</summary>
internal sealed class SshAgentClient
{
    private const string PipePrefix = @"\\.\pipe\";
    private const int LargestReply = 1 << 20;
    private const byte Failure = 5;
    private const byte RequestIdentities = 11;
    private const byte IdentitiesAnswer = 12;
    private const byte SignRequest = 13;
    private const byte SignResponse = 14;

    private static readonly TimeSpan s_listTimeout = TimeSpan.FromSeconds(5);

    // A person may have to confirm, or to touch an authenticator.
    private static readonly TimeSpan s_signTimeout = TimeSpan.FromSeconds(90);

    private readonly string _socket;

    /// <summary>Creates a client.</summary>
    /// <param name="socket">The agent's Unix socket, or its named pipe on Windows.</param>
    public SshAgentClient(string socket) => _socket = socket;

    /// <summary>The keys the agent holds, in its order.</summary>
    public IReadOnlyList<AgentIdentity> List()
    {
        byte[] reply = Call([RequestIdentities], s_listTimeout);
        if (reply[0] == Failure)
        {
            throw AgentErrors.Refused(_socket, "it does not list its keys; it may be locked");
        }

        var reader = new SshWireReader(reply.AsSpan(1));
        if (reply[0] != IdentitiesAnswer || !reader.TryReadUInt32(out uint count))
        {
            throw AgentErrors.Unavailable(_socket, "its answer cannot be read");
        }

        var identities = new List<AgentIdentity>();
        for (uint i = 0; i < count; i++)
        {
            if (!reader.TryReadBytes(out ReadOnlySpan<byte> blob) || !reader.TryReadText(out string comment))
            {
                throw AgentErrors.Unavailable(_socket, "its answer cannot be read");
            }

            if (SshPublicKey.TryRead(blob, out SshPublicKey? key))
            {
                identities.Add(new AgentIdentity(this, key, comment));
            }
        }

        return identities;
    }

    /// <summary>Has the agent sign; the result is the encoded signature, type first.</summary>
    /// <param name="key">The key or certificate, as the agent listed it.</param>
    /// <param name="data">What to sign.</param>
    /// <param name="flags">Which hash an RSA key uses.</param>
    public byte[] Sign(SshPublicKey key, byte[] data, AgentSignFlags flags)
    {
        using var request = new MemoryStream();
        request.WriteByte(SignRequest);
        WriteBytes(request, key.Blob.Span);
        WriteBytes(request, data);
        WriteUInt32(request, (uint)flags);

        byte[] reply = Call(request.ToArray(), s_signTimeout);
        var reader = new SshWireReader(reply.AsSpan(1));
        if (reply[0] != SignResponse || !reader.TryReadBytes(out ReadOnlySpan<byte> signature))
        {
            throw AgentErrors.Refused(_socket, $"it does not sign with the {key.Type} key {key.Fingerprint}");
        }

        // An agent that does not know the flags signs with SHA-1, and servers do not say why they turn that down.
        var made = new SshWireReader(signature);
        return flags == AgentSignFlags.None || (made.TryReadText(out string algorithm) && algorithm != "ssh-rsa")
            ? signature.ToArray()
            : throw AgentErrors.Refused(_socket, "it signs with RSA and SHA-1 only, which servers do not accept");
    }

    private byte[] Call(byte[] request, TimeSpan limit)
    {
        try
        {
            return CallAsync(request, limit).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException e)
        {
            throw AgentErrors.Unavailable(_socket, $"it did not answer within {limit.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or TimeoutException or ArgumentException)
        {
            throw AgentErrors.Unavailable(_socket, e.Message, e);
        }
    }

    private async Task<byte[]> CallAsync(byte[] request, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        Stream stream = await OpenAsync(deadline.Token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var message = new MemoryStream();
            WriteBytes(message, request);
            await stream.WriteAsync(message.ToArray(), deadline.Token).ConfigureAwait(false);

            byte[] header = new byte[sizeof(uint)];
            await stream.ReadExactlyAsync(header, deadline.Token).ConfigureAwait(false);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (length is 0 or > LargestReply)
            {
                throw new IOException("its answer cannot be read");
            }

            byte[] reply = new byte[length];
            await stream.ReadExactlyAsync(reply, deadline.Token).ConfigureAwait(false);
            return reply;
        }
    }

    private async Task<Stream> OpenAsync(CancellationToken deadline)
    {
        if (_socket.StartsWith(PipePrefix, StringComparison.Ordinal))
        {
            var pipe = new NamedPipeClientStream(".", _socket[PipePrefix.Length..], PipeDirection.InOut, PipeOptions.Asynchronous);
            try
            {
                await pipe.ConnectAsync(deadline).ConfigureAwait(false);
                return pipe;
            }
            catch
            {
                await pipe.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), deadline).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void WriteBytes(MemoryStream stream, ReadOnlySpan<byte> bytes)
    {
        WriteUInt32(stream, (uint)bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteUInt32(MemoryStream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        stream.Write(bytes);
    }
}

/// <summary>What an agent is told about a signature it makes.</summary>
[Flags]
internal enum AgentSignFlags : uint
{
    None = 0,
    RsaSha256 = 2,
    RsaSha512 = 4,
}
