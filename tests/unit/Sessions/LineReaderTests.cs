using System.Text;
using HostingDeploy.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>Lines out of bytes.</summary>
public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("\n", 1)]
    [InlineData("a\r\nb\n\nc", 4)]
    public void Ends_lines_at_their_newline(string text, int count)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int size = 1; size <= bytes.Length + 1; size++)
        {
            List<string> lines = Read(bytes, size);
            Assert.Equal(count, lines.Count);
            Assert.Equal(text.Replace("\r", string.Empty, StringComparison.Ordinal).TrimEnd('\n'), string.Join('\n', lines).TrimEnd('\n'));
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("ü")]
    [InlineData("€")]
    [InlineData("🚀")]
    public void Gives_a_line_without_an_end_in_pieces_of_whole_characters(string character)
    {
        string text = "a" + string.Concat(Enumerable.Repeat(character, 3_000_000 / Encoding.UTF8.GetByteCount(character)));
        List<string> lines = Read(Encoding.UTF8.GetBytes(text), 100_000);
        Assert.InRange(lines.Count, 2, 20);
        Assert.Equal(text, string.Concat(lines));
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0xFF)]
    public void Gets_past_bytes_that_are_no_text(byte value)
    {
        byte[] junk = new byte[3_000_000];
        Array.Fill(junk, value);
        Assert.Equal(junk.Length, Read(junk, 100_000).Sum(line => line.Length));
    }

    private static List<string> Read(byte[] bytes, int size)
    {
        var lines = new List<string>();
        var reader = new LineReader(lines.Add);
        foreach (byte[] piece in bytes.Chunk(size))
        {
            reader.Add(piece);
        }

        reader.End();
        return lines;
    }
}
