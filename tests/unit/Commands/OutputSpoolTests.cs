using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HostingDeploy.Commands;
using Xunit;

namespace HostingDeploy.Tests.Commands;

/// <summary>What waits for the pipeline.</summary>
public sealed class OutputSpoolTests
{
    private readonly byte[] _piece = new byte[OutputSpool.PieceSize];

    [Property(MaxTest = 50, Arbitrary = [typeof(Traffic)])]
    public void Whatever_goes_in_comes_out_in_order(int[] sizes)
    {
        using var spool = new OutputSpool();
        var expected = new List<byte>();
        var actual = new List<byte>();
        byte next = 0;
        foreach (int size in sizes)
        {
            // A size is written; a negative one is a reader's turn.
            if (size > 0)
            {
                byte[] bytes = [.. Enumerable.Range(0, size).Select(_ => next++)];
                expected.AddRange(bytes);
                Assert.Equal(expected.Count - size == actual.Count, spool.Add(bytes));
            }
            else
            {
                actual.AddRange(_piece[..spool.Take(_piece)]);
            }
        }

        for (int count; (count = spool.Take(_piece)) > 0;)
        {
            actual.AddRange(_piece[..count]);
        }

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void What_nobody_takes_is_not_kept_in_memory()
    {
        using var spool = new OutputSpool();
        byte[] bytes = new byte[100_000];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 1_000; i++)
        {
            spool.Add(bytes);
        }

        // Kept, it would be 100 MB; other tests run beside this one.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 40 * 1024 * 1024);
        long taken = 0;
        for (int count; (count = spool.Take(_piece)) > 0;)
        {
            taken += count;
        }

        Assert.Equal(100_000_000, taken);
    }

    [Fact]
    public void Closed_it_takes_no_more()
    {
        var spool = new OutputSpool();
        spool.Dispose();
        Assert.False(spool.Add("late"u8));
        Assert.Equal(0, spool.Take(_piece));
    }

    public static class Traffic
    {
        public static Arbitrary<int[]> Sizes() =>
            Gen.OneOf(Gen.Choose(1, 100), Gen.Choose(1, OutputSpool.PieceSize + 10), Gen.Constant(-1), Gen.Constant(-1)).ArrayOf().ToArbitrary();
    }
}
