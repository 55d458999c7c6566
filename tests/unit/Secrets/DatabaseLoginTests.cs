using Xunit;

namespace HostingDeploy.Tests.Secrets;

/// <summary>How an app logs in to its database.</summary>
public sealed class DatabaseLoginTests
{
    [Theory]
    [InlineData("cigar", "secret", "localhost", 5432, "cigar")]
    [InlineData("a$b-c", "p@ss:w/rd?#%&+ ü'\"[]", "db.example.org", 6432, "d$b")]
    [InlineData("u", "x\\ny\n", "fd00::3", 5433, "d")]
    public void An_address_is_read_as_it_was_composed(string user, string password, string host, int port, string name)
    {
        DatabaseLogin? login = DatabaseLogin.Read(DatabaseUrl.Compose(user, new Secret(password), host, port, name));
        Assert.Equal(new DatabaseLogin(user, new Secret(password), host, port, name), login);
        Assert.DoesNotContain(password, $"{login}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://u:p@db/x?sslmode=verify-full")]
    [InlineData("postgresql://u:p@db/x#y")]
    [InlineData("postgresql://u:p@db/x/y")]
    [InlineData("postgresql://u:p@db/")]
    [InlineData("postgresql://u:p@db")]
    [InlineData("postgresql://u@db/x")]
    [InlineData("postgresql://u:@db/x")]
    [InlineData("postgresql://db/x")]
    [InlineData("postgresql:///x?host=/run/postgresql")]
    [InlineData("postgresql://u:p@%2Frun%2Fpostgresql/x")]
    [InlineData("postgresql://u:p@a,b/x")]
    [InlineData("postgresql://u:p@a:1,b:2/x")]
    [InlineData("postgresql://u:p%00q@db/x")]
    [InlineData("postgresql://u:p%zz@db/x")]
    [InlineData("postgresql://u:p@db:port/x")]
    [InlineData("postgresql://u:p@db/x\n")]
    [InlineData("mysql2://u:p@db/x")]
    [InlineData("")]
    public void What_says_more_or_less_than_that_is_left_to_Rails(string url) => Assert.Null(DatabaseLogin.Read(new Secret(url)));
}
