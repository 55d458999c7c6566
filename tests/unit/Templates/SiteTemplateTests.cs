using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HostingDeploy.Configuration;
using Xunit;

namespace HostingDeploy.Tests.Templates;

/// <summary>The nginx site as it is published.</summary>
public sealed class SiteTemplateTests
{
    public static TheoryData<string> Titles => [.. Rendered.HostileTitles];

    [Theory]
    [MemberData(nameof(Titles))]
    public void A_title_is_no_part_of_it(string title) =>
        Assert.Equal(Rendered.Site(Rendered.App(), tls: true), Rendered.Site(Rendered.App(title: title), tls: true));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_braces_are_even(bool tls)
    {
        int depth = 0;
        foreach (char c in Rendered.Site(Rendered.App(), tls))
        {
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            Assert.InRange(depth, 0, 3);
        }

        Assert.Equal(0, depth);
    }

    [Fact]
    public void Without_tls_it_names_no_certificate()
    {
        string site = Rendered.Site(Rendered.App(), tls: false);
        Assert.DoesNotContain("ssl", site, StringComparison.Ordinal);
        Assert.DoesNotContain("443", site, StringComparison.Ordinal);
        Assert.DoesNotContain("return 301", site, StringComparison.Ordinal);
        Assert.Single(ServerNames(site));
    }

    [Fact]
    public void With_tls_it_takes_the_app_s_certificate_and_leads_everyone_there()
    {
        string site = Rendered.Site(Rendered.App(), tls: true);
        Assert.Contains("ssl_certificate /etc/letsencrypt/live/shop/fullchain.pem;", site, StringComparison.Ordinal);
        Assert.Contains("ssl_certificate_key /etc/letsencrypt/live/shop/privkey.pem;", site, StringComparison.Ordinal);
        Assert.Contains("return 301 https://$host$request_uri;", site, StringComparison.Ordinal);
        Assert.DoesNotContain("TLSv1 ", site, StringComparison.Ordinal);
        Assert.DoesNotContain("TLSv1.1", site, StringComparison.Ordinal);
        Assert.Equal(2, ServerNames(site).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_answers_for_the_domain_and_every_alias(bool tls) =>
        Assert.All(ServerNames(Rendered.Site(Rendered.App(), tls)), names => Assert.Equal("shop.example.org www.shop.example.org shop.example.net", names));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_serves_the_challenge_over_plain_http(bool tls)
    {
        string plain = Rendered.Site(Rendered.App(), tls).Split("server {")[1];
        Assert.Contains("listen 80;", plain, StringComparison.Ordinal);
        Assert.Contains("location /.well-known/acme-challenge/ {", plain, StringComparison.Ordinal);
    }

    [Fact]
    public void It_tells_the_app_what_the_visitor_used()
    {
        string site = Rendered.Site(Rendered.App(), tls: true);
        Assert.Contains("proxy_set_header Host $http_host;", site, StringComparison.Ordinal);
        Assert.Contains("proxy_set_header X-Forwarded-Proto $scheme;", site, StringComparison.Ordinal);
        Assert.Contains("proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", site, StringComparison.Ordinal);
    }

    [Property(MaxTest = 200, Arbitrary = [typeof(Names)])]
    public void Two_apps_never_share_a_name_of_nginx(string first, string second)
    {
        string[] one = Rendered.SharedNames(Rendered.Site(Rendered.App(first), tls: true));
        string[] other = Rendered.SharedNames(Rendered.Site(Rendered.App(second), tls: true));
        Assert.Equal(2, one.Length);
        Assert.Equal(first == second, one.Intersect(other).Any());
    }

    private static string[] ServerNames(string site) =>
        [.. site.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("server_name ", StringComparison.Ordinal)).Select(l => l["server_name ".Length..^1])];

    public static class Names
    {
        public static Arbitrary<string> Name() => Gen.Elements("a", "b", "-", "--", "1", "shop", "shop-", "connection", "puma")
            .ListOf().Select(parts => string.Concat(parts)).Where(name => !NameRules.App(name).IsRefused).ToArbitrary();
    }
}
