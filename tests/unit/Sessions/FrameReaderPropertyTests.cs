using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>However the bytes are cut into pieces, they mean the same.</summary>
public sealed class FrameReaderPropertyTests
{
    [Property(MaxTest = 300, Arbitrary = [typeof(Talks)])]
    public void Any_cutting_gives_the_same_events(Talk talk)
    {
        var stream = new FrameStream();
        var expected = new List<string>();
        foreach (Piece piece in talk.Pieces)
        {
            piece.AddTo(stream, expected);
        }

        byte[] bytes = stream.Bytes;
        Assert.Equal(expected, FrameStream.Read(bytes));
        Assert.Equal(expected, FrameStream.Read(bytes, 1));
        Assert.Equal(expected, FrameStream.Read(bytes, talk.Sizes));
    }

    [Property(MaxTest = 8, Arbitrary = [typeof(Talks)])]
    public void A_cut_at_any_one_place_changes_nothing(Talk talk)
    {
        var stream = new FrameStream();
        var expected = new List<string>();
        foreach (Piece piece in talk.Pieces)
        {
            piece.AddTo(stream, expected);
        }

        byte[] bytes = stream.Bytes;
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            Assert.Equal(expected, FrameStream.Read(bytes, cut, bytes.Length));
        }
    }

    /// <summary>Something the far end says: a line, a line without its end before a reply, a reply, a fact.</summary>
    public sealed record Piece(string Kind, string Text, string Value)
    {
        internal void AddTo(FrameStream stream, List<string> expected)
        {
            if (Kind == "line")
            {
                stream.Output(Text + "\n");
                expected.Add("line " + Text.TrimEnd('\r'));
                return;
            }

            stream.Output(Text);
            if (Text.Length > 0)
            {
                expected.Add("line " + Text);
            }

            if (Kind == "reply")
            {
                stream.Reply("E 1 0");
                expected.Add("reply E 1 0");
            }
            else
            {
                stream.Fact("name", Value);
                expected.Add("fact name " + Value);
            }
        }
    }

    public sealed record Talk(Piece[] Pieces, int[] Sizes);

    public static class Talks
    {
        public static Arbitrary<Talk> Talk()
        {
            // Pieces of the nonce, and nothing that could be the whole of it with a space behind.
            Gen<string> word = Gen.Elements("", "a", "\r", "ä", "🚀", "\u0001", "A1", "A1B2C3", "A1B2C3A1B2C3D", FrameStream.Nonce, "F 1 x 3", "E");
            Gen<string> text = word.ListOf().Select(words => string.Concat(words));
            Gen<string> value = Gen.Elements("", "a", "\n", "ü", FrameStream.Nonce + "\nE 1 0", "\r").ListOf().Select(words => string.Concat(words));
            Gen<Piece> piece =
                from kind in Gen.Elements("line", "reply", "fact")
                from before in text
                from inside in value
                select new Piece(kind, before, inside);
            Gen<Talk> talk =
                from pieces in piece.ArrayOf()
                from sizes in Gen.Choose(1, 40).NonEmptyListOf()
                select new Talk(pieces, [.. sizes]);
            return talk.ToArbitrary();
        }
    }
}
