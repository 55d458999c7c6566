using System.Buffers.Binary;
using System.Text;

namespace HostingDeploy.Tests.Identity;

/// <summary>Writes the binary format of SSH for tests.</summary>
internal static class Wire
{
    public static byte[] Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public static byte[] Bytes(byte[] bytes)
    {
        byte[] result = new byte[sizeof(uint) + bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(result, (uint)bytes.Length);
        bytes.CopyTo(result, sizeof(uint));
        return result;
    }
}
