using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>Values as parts of other languages.</summary>
public sealed class QuoteTests(LibraryShell library) : IClassFixture<LibraryShell>
{
    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("", "''")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$(reboot) `x` \\ \" \n", "'$(reboot) `x` \\ \" \n'")]
    public void Quotes_for_a_shell(string value, string quoted) => Assert.Equal(quoted, Shell.Quote(value));

    [Property(MaxTest = 20, Arbitrary = [typeof(Texts)])]
    public void Bash_takes_every_word_as_it_was(string[] words)
    {
        // A batch: every word in one command line.
        LocalShell.Answer answer = library.Shell.RunAsync(
            Shell.Show(words.Select(Shell.Quote))).Result;
        Assert.Equal(words, Shell.Read(answer.Text));
    }

    [Theory]
    [InlineData("cigar", "'cigar'")]
    [InlineData("it's", "'it''s'")]
    [InlineData("back\\slash", "E'back\\\\slash'")]
    [InlineData("\\'; DROP ROLE x; --", "E'\\\\''; DROP ROLE x; --'")]
    [InlineData("", "''")]
    public void Quotes_an_sql_literal(string value, string quoted) => Assert.Equal(quoted, HostingDeploy.Remote.Quote.SqlLiteral(value));

    [Theory]
    [InlineData("cigar", "\"cigar\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("back\\slash'", "\"back\\slash'\"")]
    public void Quotes_an_sql_identifier(string value, string quoted) => Assert.Equal(quoted, HostingDeploy.Remote.Quote.SqlIdentifier(value));

    [Property(MaxTest = 100, Arbitrary = [typeof(Texts)])]
    public void An_sql_literal_ends_where_it_should(string[] words)
    {
        foreach (string word in words)
        {
            string quoted = HostingDeploy.Remote.Quote.SqlLiteral(word);
            Assert.Equal((word, quoted.Length), SqlLexer.ReadLiteral(quoted));
            Assert.Equal((word, word.Count(c => c == '"') + word.Length + 2), SqlLexer.ReadIdentifier(HostingDeploy.Remote.Quote.SqlIdentifier(word)));
        }
    }

    public static class Texts
    {
        public static Arbitrary<string[]> Words()
        {
            // Any byte a shell might take for something else, and text of all lengths of UTF-8.
            Gen<string> piece = Gen.Frequency(
                (3, Gen.Elements("'", "\"", "\\", "$", "`", "\n", "\r", " ", "\t", "$(id)", "${IFS}", "!", "~", "*", "-n", "\\'", "''", "\\\n", "%s", "#", ";", "&")),
                (2, Gen.Choose(1, 127).Select(i => ((char)i).ToString())),
                (1, Gen.Elements("ä", "€", "🚀", "\u0085", "\u2028", "\ufeff", "\u00a0")));
            return piece.ListOf().Select(pieces => string.Concat(pieces)).ArrayOf(60).ToArbitrary();
        }
    }
}
