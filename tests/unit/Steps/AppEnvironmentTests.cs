using HostingDeploy.Remote;
using HostingDeploy.Steps;
using HostingDeploy.Tests.Configuration;
using Xunit;

namespace HostingDeploy.Tests.Steps;

/// <summary>What bundler, rake and Puma are told beside the secrets.</summary>
public sealed class AppEnvironmentTests
{
    [Theory]
    [InlineData("RAILS_ENV", "production")]
    [InlineData("RACK_ENV", "production")]
    [InlineData("NODE_ENV", "production")]
    [InlineData("BUNDLE_WITHOUT", "development:test")]
    [InlineData("BUNDLE_DEPLOYMENT", "true")]
    [InlineData("BUNDLE_PATH", "/var/www/cigar/bundle")]
    [InlineData("HOME", "/var/www/cigar/shared/home")]
    [InlineData("PATH", "/usr/local/bin:/usr/bin:/bin")]
    public void Says_that_this_is_production(string name, string value) =>
        Assert.Contains($"\n{name}=\"{value}\"\n", "\n" + AppEnvironment.Render(Apps.Cigar), StringComparison.Ordinal);

    [Theory]
    [InlineData("RAILS_ENV", "development")]
    [InlineData("RACK_ENV", "test")]
    [InlineData("BUNDLE_WITHOUT", "nothing")]
    [InlineData("BUNDLE_WITH", "development")]
    [InlineData("BUNDLE_ONLY", "development")]
    [InlineData("BUNDLE_GEMFILE", "Gemfile.dev")]
    [InlineData("BUNDLE_DEPLOYMENT", "false")]
    [InlineData("rails_env", "development")]
    public void A_hosting_file_cannot_change_that(string name, string value)
    {
        HostingFileProblem problem = Hosting.ProblemOf(Hosting.App($"environment:\n  {name}: {value}"));
        Assert.Contains(name, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hosting_file_may_add_and_adjust()
    {
        HostingApp app = Hosting.ReadApp("environment:\n  RAILS_LOG_LEVEL: debug\n  LANG: de_DE.UTF-8");
        string text = AppEnvironment.Render(app);
        Assert.Contains("RAILS_LOG_LEVEL=\"debug\"\n", text, StringComparison.Ordinal);
        Assert.Contains("LANG=\"de_DE.UTF-8\"\n", text, StringComparison.Ordinal);
        Assert.Single(text.Split('\n'), line => line.StartsWith("LANG=", StringComparison.Ordinal));
    }

    [Fact]
    public void The_app_s_ruby_comes_first()
    {
        HostingApp app = Apps.Cigar with { RubyPath = "/home/cigar/.rbenv/shims" };
        Assert.Equal("/home/cigar/.rbenv/shims:/usr/local/bin:/usr/bin:/bin", AppEnvironment.SearchPath(app));
        Assert.Contains($"PATH=\"{AppEnvironment.SearchPath(app)}\"", AppEnvironment.Render(app), StringComparison.Ordinal);
    }

    [Fact]
    public void Bundler_is_told_by_the_environment_alone()
    {
        // Bundler 4 knows the flags no more, and bundle config would write into the release.
        string script = RemoteLibrary.Read("Steps/bundle.sh");
        Assert.DoesNotContain("--without", script, StringComparison.Ordinal);
        Assert.DoesNotContain("--deployment", script, StringComparison.Ordinal);
        Assert.DoesNotContain("bundle config", script, StringComparison.Ordinal);
    }
}
