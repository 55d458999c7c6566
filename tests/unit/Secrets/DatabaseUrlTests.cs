using Xunit;

namespace HostingDeploy.Tests.Secrets;

public sealed class DatabaseUrlTests
{
    [Theory]
    [InlineData("cigar", "secret", "localhost", "cigar", "postgresql://cigar:secret@localhost:5432/cigar")]
    [InlineData("a$b-c", "p@ss:w/rd?#%&+ ü'\"", "db.example.org", "d$b", "postgresql://a%24b-c:p%40ss%3Aw%2Frd%3F%23%25%26%2B%20%C3%BC%27%22@db.example.org:5432/d%24b")]
    [InlineData("u", "-._~", "fd00::3", "d", "postgresql://u:-._~@[fd00::3]:5432/d")]
    public void EveryPartIsEncoded(string user, string password, string host, string name, string expected)
    {
        var url = DatabaseUrl.Compose(user, new Secret(password), host, 5432, name);

        Assert.Equal("***", url.ToString());
        Assert.Equal(expected, url.Reveal());
    }

    [Fact]
    public void PartsAreReadBackByAUrlParser()
    {
        const string Password = "a/b@c:d?e#f%g h+i[j]\\k\nl€";
        var url = new Uri(DatabaseUrl.Compose("role", new Secret(Password), "10.0.0.3", 5433, "name").Reveal());

        Assert.Equal(("10.0.0.3", 5433, "/name"), (url.Host, url.Port, url.AbsolutePath));
        Assert.Equal("role:" + Password, Uri.UnescapeDataString(url.UserInfo));
    }
}
