using Xunit;

namespace HostingDeploy.Tests.Secrets;

/// <summary>What is rendered is what systemd gives the service, byte for byte.</summary>
public sealed class SystemdEnvironmentFileTests
{
    [Fact]
    public void TextIsOneQuotedAssignmentALine()
    {
        var text = Render(("B", "plain"), ("A", ""), ("C", """quote " back \ dollar $ tick ` single ' hash # percent %n"""), ("D", "two\nlines\n"));

        Assert.Equal("***", text.ToString());
        Assert.Equal(
            "B=\"plain\"\nA=\"\"\nC=\"quote \\\" back \\\\ dollar \\$ tick \\` single ' hash # percent %n\"\nD=\"two\nlines\n\"\n",
            text.Reveal());
    }

    [Fact]
    public void NothingRendersAnEmptyFile() => Assert.Equal("", Render().Reveal());

    [Theory]
    [InlineData(" leading and trailing ")]
    [InlineData("\t")]
    [InlineData("\\n is no line break")]
    [InlineData("ends with backslash \\")]
    [InlineData("\\\\\"\\\"$$``")]
    [InlineData("carriage\rreturn\r\n")]
    [InlineData("\n# no comment\n; neither\nX=y\n")]
    [InlineData("\u001b[31m\u007f\u0001")]
    [InlineData("ünïcödé 🚬 \uFEFF")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIE+/==\n-----END PRIVATE KEY-----\n")]
    [InlineData("$(touch /tmp/pwned) `touch /tmp/pwned` ${HOME} %h")]
    public void ValueComesBackAsItWas(string value) => AssertComesBack([("BEFORE", "x"), ("VALUE", value), ("AFTER", "y")]);

    [Fact]
    public void RandomValuesComeBackAsTheyWere()
    {
        const string Alphabet = "ab =#;'\"\\$`\n\r\t%{}é";
        var random = new Random(20261123);
        for (var round = 0; round < 5_000; round++)
        {
            AssertComesBack([.. Enumerable.Range(0, 3).Select(i => ($"NAME_{i}", string.Concat(
                Enumerable.Range(0, random.Next(12)).Select(_ => Alphabet[random.Next(Alphabet.Length)]))))]);
        }
    }

    [Theory]
    [InlineData("nul\0here", "NUL")]
    [InlineData("\uFFFE", "noncharacter")]
    [InlineData("\uFDD0", "noncharacter")]
    [InlineData("\U0001FFFF", "noncharacter")]
    public void ValueSystemdWouldDropIsRefusedAndNotRepeated(string value, string reason)
    {
        var failure = Assert.Throws<DeployException>(() => Render(("SECRET", "hunter2" + value)));

        Assert.Equal(("EnvironmentVariableInvalid", "SECRET"), (failure.ErrorId, failure.Target));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Not among the cases above: an attribute cannot hold it.</summary>
    [Fact]
    public void HalfASurrogatePairIsRefused() => Assert.Contains(
        "surrogate", Assert.Throws<DeployException>(() => Render(("A", new string('\uD83D', 1)))).Message, StringComparison.Ordinal);

    [Fact]
    public void ValueLongerThanLinuxAllowsIsRefused()
    {
        var longest = new string('x', (128 * 1024) - "A=".Length - 1);

        Assert.NotNull(Render(("A", longest)));
        Assert.Contains("128 KiB", Assert.Throws<DeployException>(() => Render(("A", longest + "x"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1A")]
    [InlineData("A B")]
    [InlineData("A=B")]
    [InlineData("A\nB")]
    [InlineData("A-B")]
    [InlineData("É")]
    public void NameIsRefused(string name) => Assert.Throws<DeployException>(() => Render((name, "x")));

    [Fact]
    public void NameGivenTwiceIsRefused() => Assert.Throws<DeployException>(() => Render(("A", "x"), ("A", "y")));

    private static void AssertComesBack((string Name, string Value)[] variables) =>
        Assert.Equal(variables, SystemdEnvironmentParser.Parse(Render(variables).Reveal()));

    private static Secret Render(params (string Name, string Value)[] variables) =>
        SystemdEnvironmentFile.Render(variables.Select(v => KeyValuePair.Create(v.Name, new Secret(v.Value))));
}
