using Xunit;

namespace HostingDeploy.Tests.Secrets;

/// <summary>Secrets, found in whatever form a program prints them.</summary>
public sealed class RedactorTests
{
    /// <summary>What redact.sh on the server has to find as well.</summary>
    public static TheoryData<string, string> Forms => new()
    {
        { "plain-secret", "plain-secret" },
        { "corr\"ect", "corr\"ect" },
        { "corr\"ect", "corr\\\"ect" }, // JSON, and Ruby's inspect
        { "back\\slash", "back\\\\slash" },
        { "a<b>&cdef", "a\\u003cb\\u003e\\u0026cdef" }, // Rails' to_json
        { "a<b>&c'\"def", "a&lt;b&gt;&amp;c&#39;&quot;def" },
        { "run #{this}", "run \\#{this}" }, // Ruby's inspect
        { "p@ss/w%rd", "p%40ss%2Fw%25rd" },
        { "correct horse", "correct%20horse" },
        { "correct horse", "correct+horse" },
        { "$dollar`tick", "\\$dollar\\`tick" }, // systemd's file
        { "redis://user:correct@horse@cache:6379/1", "correct@horse" },
        { "postgresql://user:p%40ssword@localhost/db", "p%40ssword" },
        { "postgresql://user:p%40ssword@localhost/db", "p@ssword" },
        { "first line\nsecond line", "second line" },
        { "first line\r\nsecond line", "first line" },
        { "Größe über alles", "Größe über alles" },
        { "Größe über alles", "Gr%C3%B6%C3%9Fe%20%C3%BCber%20alles" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_is_struck_out(string secret, string form)
    {
        Assert.Equal("it is ***, said twice: ***", Of(secret).Strike($"it is {form}, said twice: {form}"));
        Assert.Equal("***", Of(secret).Strike(form));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("short")]
    [InlineData("plain-secre")]
    [InlineData("nothing of that kind, however long it is")]
    public void Other_text_is_the_very_text_it_was(string text) => Assert.Same(text, Of("plain-secret", "short").Strike(text));

    [Fact]
    public void The_longest_of_several_is_taken() =>
        Assert.Equal("*** and *** and abcde", Of("abcdef", "abcdefghij").Strike("abcdefghij and abcdef and abcde"));

    [Fact]
    public void Without_secrets_nothing_is_struck() => Assert.Equal("plain-secret", Of().Strike("plain-secret"));

    [Theory]
    [InlineData("secret, and plain-secret", "***, and ***")]
    [InlineData("ecret, and plain-secret", "ecret, and ***")]
    [InlineData("plain-secret", "***")]
    [InlineData("other", "other")]
    public void What_is_left_of_one_that_was_cut_is_struck_too(string text, string shown) => Assert.Equal(shown, Of("plain-secret").StrikeRest(text));

    private static Redactor Of(params string[] secrets) => new(secrets.Select(s => new Secret(s)));
}
