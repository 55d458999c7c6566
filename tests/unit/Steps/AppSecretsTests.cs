using System.Management.Automation;
using HostingDeploy.Steps;
using HostingDeploy.Tests.Identity;
using Xunit;

namespace HostingDeploy.Tests.Steps;

/// <summary>The secrets an app's service is given.</summary>
public sealed class AppSecretsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_database_s_address_is_made_of_what_is_known()
    {
        AppSecrets secrets = AppSecrets.Load(Apps.WithSecrets(_folder));
        string text = secrets.FileText.Reveal();
        Assert.Contains($"SECRET_KEY_BASE=\"{Apps.KeyBase}\"\n", text, StringComparison.Ordinal);
        Assert.Contains("DATABASE_URL=\"postgresql://cigar_management_system_production:correct%20horse@localhost:5432/cigar_management_system_production\"\n", text, StringComparison.Ordinal);
        Assert.Equal(Apps.Password, secrets.DatabasePassword.Reveal());
    }

    [Fact]
    public void An_address_that_is_given_is_taken()
    {
        AppSecrets secrets = AppSecrets.Load(Apps.WithSecrets(_folder, "RAILS_MASTER_KEY=abc", "DATABASE_URL=postgresql://u:p@db/x"));
        Assert.Contains("DATABASE_URL=\"postgresql://u:p@db/x\"\n", secrets.FileText.Reveal(), StringComparison.Ordinal);
        DeployException missing = Assert.Throws<DeployException>(() => secrets.DatabasePassword);
        Assert.Equal("SecretMissing", missing.ErrorId);
        Assert.Contains("DATABASE_PASSWORD", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DATABASE_PASSWORD=pw", "cigar_management_system_production:pw@localhost:5432/cigar_management_system_production")]
    [InlineData("DATABASE_URL=postgresql://u:p%40%2Fq@db:5433/x", "u:p@/q@db:5433/x")]
    [InlineData("DATABASE_PASSWORD=pw\nDATABASE_URL=postgres://u:p@db/x", "u:p@db:5432/x")]
    [InlineData("DATABASE_PASSWORD=pw\nDATABASE_URL=postgresql://u:p@db/x?sslmode=verify-full", "cigar_management_system_production:pw@localhost:5432/cigar_management_system_production")]
    [InlineData("DATABASE_URL=postgresql://u:p@db/x?sslmode=verify-full", null)]
    public void The_app_s_login_is_that_of_its_database_s_address(string lines, string? expected)
    {
        DatabaseLogin? login = AppSecrets.LoginOf(Apps.WithSecrets(_folder, ["RAILS_MASTER_KEY=abc", .. lines.Split('\n')]));
        Assert.Equal(expected, login is null ? null : FormattableString.Invariant($"{login.User}:{login.Password.Reveal()}@{login.Host}:{login.Port}/{login.Name}"));
    }

    [Fact]
    public void The_password_is_struck_out_as_the_address_holds_it_and_as_it_is()
    {
        Redactor redactor = AppSecrets.RedactorOf(Apps.WithSecrets(_folder, "RAILS_MASTER_KEY=abc", "DATABASE_URL=postgresql://u:p%40ssword@db/x"));
        Assert.Equal("*** and ***", redactor.Strike("p@ssword and p%40ssword"));
    }

    [Fact]
    public void Who_has_no_secrets_knows_no_login() => Assert.Null(AppSecrets.LoginOf(Apps.Cigar));

    [Fact]
    public void The_text_prints_itself_as_nothing() =>
        Assert.Equal("***", AppSecrets.Load(Apps.WithSecrets(_folder)).FileText.ToString());

    [Theory]
    [InlineData("DATABASE_PASSWORD=hunter2", "SECRET_KEY_BASE")]
    [InlineData("SECRET_KEY_BASE=hunter2", "DATABASE_PASSWORD")]
    public void What_is_missing_is_named_and_nothing_is_shown(string line, string missing)
    {
        HostingApp app = Apps.WithSecrets(_folder, line);
        DeployException error = Assert.Throws<DeployException>(() => AppSecrets.Load(app));
        Assert.Equal("SecretMissing", error.ErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.Category);
        Assert.Contains($"{missing} (or ", error.Message, StringComparison.Ordinal);
        Assert.Contains(app.SecretsFile!, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Then Sync-Secrets cigar", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_app_without_a_secrets_file_is_told_how_to_make_one()
    {
        DeployException error = Assert.Throws<DeployException>(() => AppSecrets.Load(Apps.Cigar));
        Assert.Equal("SecretsFileMissing", error.ErrorId);
        Assert.Contains("secretsFile:", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_others_may_read_is_refused()
    {
        HostingApp app = Apps.WithSecrets(_folder);
        Tool.Run("chmod", "640", app.SecretsFile!);
        Assert.Equal("SecretsFileTooOpen", Assert.Throws<DeployException>(() => AppSecrets.Load(app)).ErrorId);
    }

    [Fact]
    public void They_do_not_decide_what_production_is()
    {
        HostingApp app = Apps.WithSecrets(_folder, $"SECRET_KEY_BASE={Apps.KeyBase}", "DATABASE_PASSWORD=x", "RAILS_ENV=development");
        Assert.Equal("SecretsFileInvalid", Assert.Throws<DeployException>(() => AppSecrets.Load(app)).ErrorId);
    }
}
