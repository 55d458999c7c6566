using System.Text;
using HostingDeploy.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>What is remembered of a step's output.</summary>
public sealed class OutputTailTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16 * 1024)]
    [InlineData(1_000_000)]
    public void Remembers_the_last_lines(int size)
    {
        var tail = new OutputTail();
        foreach (byte[] piece in Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 20_000).Select(i => $"line {i}\n"))).Chunk(size))
        {
            tail.Add(piece);
        }

        Assert.Equal(Enumerable.Range(19_961, 40).Select(i => $"line {i}"), tail.Lines());
    }

    [Fact]
    public void Remembers_all_of_little()
    {
        var tail = new OutputTail();
        Assert.Empty(tail.Lines());
        tail.Add("one\ntwo"u8);
        Assert.Equal(["one", "two"], tail.Lines());
    }

    [Fact]
    public void Forgets_the_beginning_of_a_line_without_an_end()
    {
        var tail = new OutputTail();
        tail.Add(Encoding.UTF8.GetBytes("begin" + new string('x', 100_000) + "end"));
        string line = Assert.Single(tail.Lines());
        Assert.InRange(line.Length, 1_000, 20_000);
        Assert.EndsWith("xend", line, StringComparison.Ordinal);
    }
}
