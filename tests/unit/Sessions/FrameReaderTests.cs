using System.Text;
using HostingDeploy.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>Taking remote output and the replies in it apart.</summary>
public sealed class FrameReaderTests
{
    private const string Nonce = FrameStream.Nonce;

    [Fact]
    public void Reads_lines_and_replies()
    {
        byte[] bytes = new FrameStream().Reply("S 1 42").Output("one\n\ntwo\r\n").Reply("E 1 0").Bytes;
        Assert.Equal(["reply S 1 42", "line one", "line ", "line two", "reply E 1 0"], FrameStream.Read(bytes));
    }

    [Fact]
    public void Finds_a_reply_behind_a_line_that_was_not_ended()
    {
        byte[] bytes = new FrameStream().Output("almost done").Reply("E 1 0").Output("x").Fact("gems", "96").Output("y\n").Bytes;
        Assert.Equal(["line almost done", "reply E 1 0", "line x", "fact gems 96", "line y"], FrameStream.Read(bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb\n")]
    [InlineData("\n\n")]
    [InlineData("Größe 🚀")]
    [InlineData("\u0001\u007f\t\r")]
    [InlineData(Nonce + "\n" + Nonce)]
    public void Takes_facts_by_their_length_in_bytes(string value)
    {
        byte[] bytes = new FrameStream().Fact("value", value).Reply("E 1 0").Bytes;
        for (int size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal([$"fact value {value}", "reply E 1 0"], FrameStream.Read(bytes, size));
        }
    }

    [Theory]
    [InlineData(1000, "half")]
    [InlineData(5, "half")]
    [InlineData(4, "half")]
    [InlineData(20, "half")]
    [InlineData(1000, "")]
    public void A_fact_that_was_cut_off_is_none_and_costs_no_reply(int length, string half)
    {
        byte[] bytes = new FrameStream().Reply($"F 1 value {length}").Output(half).Reply("E 1 143").Fact("next", "x").Bytes;
        for (int size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(["reply E 1 143", "fact next x"], FrameStream.Read(bytes, size));
        }
    }

    [Fact]
    public void Stays_in_step_behind_bytes_that_are_no_text()
    {
        byte[] all = [.. Enumerable.Range(1, 255).Select(i => (byte)i)];
        List<string> events = FrameStream.Read(new FrameStream().Fact("binary", all).Reply("E 1 0").Bytes);
        Assert.Equal(2, events.Count);
        Assert.Equal("reply E 1 0", events[1]);
    }

    [Theory]
    [InlineData(Nonce)]
    [InlineData(Nonce + "\n")]
    [InlineData(Nonce + "x E 1 0\n")]
    [InlineData("A1B2C3 E 1 0\n")]
    [InlineData("a1b2c3a1b2c3d4 E 1 0\n")]
    [InlineData("A1B2C3A1B2C3A1B2C3\n")]
    public void Output_that_looks_almost_like_a_reply_is_output(string text)
    {
        byte[] bytes = new FrameStream().Output(text).Reply("E 1 3").Bytes;
        string expected = text.TrimEnd('\n');
        for (int size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(["line " + expected, "reply E 1 3"], FrameStream.Read(bytes, size));
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(64 * 1024)]
    [InlineData(1_000_000)]
    public void Loses_nothing_of_a_line_that_has_no_end(int piece)
    {
        string text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i} äöü🚀 {Nonce[..(i % Nonce.Length)]} "));
        List<string> events = FrameStream.Read(new FrameStream().Output(text).Reply("E 1 0").Bytes, piece);
        Assert.Equal("reply E 1 0", events[^1]);
        Assert.Equal(text, string.Concat(events.SkipLast(1).Select(e => e["line ".Length..])));
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0xBF)]
    [InlineData(0xFF)]
    public async Task Gets_past_any_amount_of_bytes_that_are_no_text(byte value)
    {
        byte[] junk = new byte[200_000];
        Array.Fill(junk, value);
        byte[] bytes = [.. junk, .. new FrameStream().Reply("E 1 0").Bytes];
        List<string> events = await Task.Run(() => FrameStream.Read(bytes, 10_000)).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("reply E 1 0", events[^1]);
    }

    [Fact]
    public void Hands_on_what_comes_byte_for_byte()
    {
        byte[] all = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7))];
        var seen = new List<byte>();
        var reader = new FrameReader(Nonce, bytes => seen.AddRange(bytes), _ => { }, (_, _) => { });
        reader.Feed(all);
        reader.Feed(new FrameStream().Reply("E 1 0").Bytes);
        Assert.Equal(all, seen);
    }

    [Fact]
    public void Holds_back_only_what_could_begin_a_reply()
    {
        var seen = new StringBuilder();
        var reader = new FrameReader(Nonce, bytes => seen.Append(Encoding.ASCII.GetString(bytes)), _ => { }, (_, _) => { });
        reader.Feed("no newline, A1B2C3A1B2C3"u8);
        Assert.Equal("no newline, ", seen.ToString());
        reader.Feed("!"u8);
        Assert.Equal("no newline, A1B2C3A1B2C3!", seen.ToString());
    }

    [Fact]
    public void Takes_a_fact_of_many_pieces()
    {
        string value = string.Concat(Enumerable.Repeat("some text\n", 200_000));
        List<string> events = FrameStream.Read(new FrameStream().Fact("diff", value).Reply("E 1 0").Bytes, 10_000);
        Assert.Equal(["fact diff " + value, "reply E 1 0"], events);
    }
}
