using System.Buffers.Binary;
using System.Text;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Reads the binary format of SSH keys and agent messages (RFC 4251, section 5). Never throws: what it reads comes from outside.</summary>
internal ref struct SshWireReader
{
    private ReadOnlySpan<byte> _rest;

    public SshWireReader(ReadOnlySpan<byte> data) => _rest = data;

    public readonly int Remaining => _rest.Length;

    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_rest, out value))
        {
            return false;
        }

        _rest = _rest[sizeof(uint)..];
        return true;
    }

    public bool TryReadBytes(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_rest, out uint length) || length > _rest.Length - sizeof(uint))
        {
            return false;
        }

        value = _rest.Slice(sizeof(uint), (int)length);
        _rest = _rest[(sizeof(uint) + (int)length)..];
        return true;
    }

    public bool TryReadText(out string value)
    {
        bool read = TryReadBytes(out ReadOnlySpan<byte> bytes);
        value = read ? Encoding.UTF8.GetString(bytes) : "";
        return read;
    }
}
