using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace HostingDeploy.Tests.Secrets;

public sealed class ScramVerifierTests
{
    private static readonly byte[] s_salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");

    /// <summary>The exchange printed in RFC 7677, section 3: user "user", password "pencil".</summary>
    [Fact]
    public void VerifierFitsTheExchangeOfTheRfc()
    {
        const string AuthMessage =
            "n=user,r=rOprNGfwEbeRWgbNEkqO,"
            + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
            + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        var keys = ScramVerifier.Compute(new Secret("pencil"), s_salt).Reveal().Split('$')[2].Split(':').Select(Convert.FromBase64String).ToArray();
        var (storedKey, serverKey) = (keys[0], keys[1]);

        Assert.Equal(
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            Convert.ToBase64String(HMACSHA256.HashData(serverKey, Encoding.ASCII.GetBytes(AuthMessage))));

        // What a server does with the client's proof: taken off its signature, the key must hash to StoredKey.
        var proof = Convert.FromBase64String("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        var signature = HMACSHA256.HashData(storedKey, Encoding.ASCII.GetBytes(AuthMessage));
        var clientKey = proof.Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        Assert.Equal(storedKey, SHA256.HashData(clientKey));
    }

    [Fact]
    public void FormIsTheOneOfPostgres()
    {
        var verifier = ScramVerifier.Compute(new Secret("pencil"), s_salt);

        Assert.Equal("***", verifier.ToString());
        Assert.Matches(@"\ASCRAM-SHA-256\$4096:W22ZaJ0SNY7soEsUEjb6gQ==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=\z", verifier.Reveal());
    }

    [Fact]
    public void SaltIsRandomUnlessGiven()
    {
        var password = new Secret("pencil");

        Assert.NotEqual(ScramVerifier.Compute(password), ScramVerifier.Compute(password));
        Assert.Equal(ScramVerifier.Compute(password, s_salt), ScramVerifier.Compute(password, s_salt));
    }

    [Theory]
    [InlineData("pencil", 4096)]
    [InlineData("pencil", 10)]
    [InlineData("ünïcödé 🚬", 4096)]
    public void OwnVerifierMatches(string password, int iterations)
    {
        var verifier = ScramVerifier.Compute(new Secret(password), iterations: iterations).Reveal();

        Assert.True(ScramVerifier.Matches(new Secret(password), verifier));
        Assert.False(ScramVerifier.Matches(new Secret(password + "x"), verifier));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("pencil")]
    [InlineData("md5a0d85a5ba0a8f6b1b3ae6f3a2ad2b1c2")]
    [InlineData("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$x:y")]
    [InlineData("SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")]
    [InlineData("SCRAM-SHA-256$999999999:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")]
    [InlineData("SCRAM-SHA-256$4096:A$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")]
    public void AnythingElseDoesNotMatch(string? verifier) => Assert.False(ScramVerifier.Matches(new Secret("pencil"), verifier));

    /// <summary>These go through SASLprep as they are, or PostgreSQL takes them as they are because SASLprep forbids them.</summary>
    [Theory]
    [InlineData("user")]
    [InlineData("\u0007")]
    [InlineData("größe")]
    [InlineData("日本語")]
    [InlineData("\u0627\u0031")]
    [InlineData("\uE000\uFFFD")]
    [InlineData("🚬")]
    public void PasswordIsTheSameToEveryClient(string password) => Assert.True(SaslPrep.IsUnchanged(password));

    /// <summary>Hashed rewritten by one, as typed by another: soft hyphen, spaces, ligatures, wide letters, separate accents.</summary>
    [Theory]
    [InlineData("I\u00ADX")]
    [InlineData("a\u00A0b")]
    [InlineData("a\u3000b")]
    [InlineData("a\u200Bb")]
    [InlineData("\u00AA")]
    [InlineData("\u2168")]
    [InlineData("\uFB01")]
    [InlineData("\uFF21")]
    [InlineData("e\u0301")]
    [InlineData("\u0340")]
    [InlineData("❤\uFE0F")]
    [InlineData("")]
    public void OtherPasswordIsRefusedAndNotRepeated(string password)
    {
        var failure = Assert.Throws<DeployException>(() => ScramVerifier.Compute(new Secret(password)));

        Assert.Equal("PasswordUnfit", failure.ErrorId);
        Assert.True(password.Length == 0 || !failure.Message.Contains(password, StringComparison.Ordinal));
    }

    [Fact]
    public void HalfASurrogatePairIsNoPassword() => Assert.False(SaslPrep.IsUnchanged(new string('\uD83D', 1)));
}
