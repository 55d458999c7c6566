using System.Text;
using HostingDeploy.Sessions;

namespace HostingDeploy.Tests.Sessions;

/// <summary>Builds what a far end sends, and reads it back piece by piece.</summary>
internal sealed class FrameStream
{
    internal const string Nonce = "A1B2C3A1B2C3D4";

    private readonly List<byte> _bytes = [];

    internal byte[] Bytes => [.. _bytes];

    internal FrameStream Output(string text)
    {
        _bytes.AddRange(Encoding.UTF8.GetBytes(text));
        return this;
    }

    internal FrameStream Reply(string fields) => Output($"{Nonce} {fields}\n");

    internal FrameStream Fact(string name, string value) => Fact(name, Encoding.UTF8.GetBytes(value));

    internal FrameStream Fact(string name, byte[] value)
    {
        Output($"{Nonce} F 1 {name} {value.Length}\n");
        _bytes.AddRange(value);
        return Output("\n");
    }

    /// <summary>What a reader makes of the bytes when they come in pieces of these sizes, over and over.</summary>
    internal static List<string> Read(byte[] bytes, params int[] sizes)
    {
        var events = new List<string>();
        var lines = new LineReader(line => events.Add("line " + line));
        var reader = new FrameReader(
            Nonce,
            lines.Add,
            fields =>
            {
                lines.End();
                events.Add("reply " + string.Join(' ', fields));
            },
            (fields, value) =>
            {
                lines.End();
                events.Add($"fact {fields[2]} {value}");
            });
        for (int i = 0, position = 0; position < bytes.Length; i++)
        {
            int size = Math.Min(sizes.Length == 0 ? bytes.Length : sizes[i % sizes.Length], bytes.Length - position);
            reader.Feed(bytes.AsSpan(position, size));
            position += size;
        }

        return events;
    }
}
