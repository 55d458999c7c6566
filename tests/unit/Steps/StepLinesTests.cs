using HostingDeploy.Steps;
using Xunit;

namespace HostingDeploy.Tests.Steps;

/// <summary>What a person sees, word for word.</summary>
public sealed class StepLinesTests
{
    [Fact]
    public void A_first_deployment_reads_as_it_always_has() => Assert.Equal(
        [
            "📁 Step 1: Creating remote directory /var/www/cigar",
            "👤 Step 2: Creating PostgreSQL user cigar_management_system_production",
            "✅ User created (CREATEDB privilege granted)",
            "📦 Step 3: Cloning repository via SSH",
            "✅ Repository cloned",
            "💎 Step 4: Installing Ruby dependencies (production mode)",
            "✅ Bundle install complete (96 gems, NO debug gem)",
            "⚙️ Step 5: Deploying systemd service file",
            "✅ Systemd service file deployed",
            "🔐 Step 6: Deploying secrets",
            "✅ Secrets deployed to systemd",
            "🗄️ Step 7: Creating database with rake db:create",
            "✅ Database created",
            "🔄 Step 8: Running database migrations",
            "✅ Migrations complete",
            "🎨 Step 9: Precompiling assets",
            "✅ Assets compiled",
            "🌐 Step 10: Deploying Nginx configuration",
            "✅ Nginx config deployed",
            "🔒 Step 11: Issuing SSL certificate",
            "✅ SSL certificate issued (staging)",
            "♻️ Step 12: Restarting nginx",
            "✅ Nginx restarted",
            "🚦 Step 13: Enabling and starting puma service",
            "✅ Puma service started",
        ],
        DeploySteps.All.SelectMany(s => new[] { s.Heading(Apps.Cigar), s.Done(Apps.Result(s, Apps.Reply(0, ("change", "x"), ("gems", "96")))) }).OfType<string>());

    [Fact]
    public void Every_finished_line_begins_with_its_mark_whatever_the_outcome()
    {
        foreach (DeployStep step in DeploySteps.All)
        {
            foreach (string fact in new[] { "change", "note", "skipped" })
            {
                string? line = step.Done(Apps.Result(step, Apps.Reply(0, (fact, "x"), ("commit", "0123456789abcdef"))));
                Assert.True(line is null || line.StartsWith("✅ ", StringComparison.Ordinal), $"{step.Name}, {fact}: {line}");
            }
        }
    }
}
