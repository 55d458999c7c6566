using System.Security.Cryptography;
using System.Text;

namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>Step 2: the PostgreSQL role, with CREATEDB; never a database.</summary>
internal sealed class PgUserStep : DeployStep
{
    private const int Iterations = 4096; // PostgreSQL's own (scram_iterations)
    private const int SaltBytes = 16;

    internal override DeployStepName Name => DeployStepName.PgUser;

    internal override string Cmdlet => "New-PgUser";

    internal override bool OnlyWithSetup => true;

    internal override string Action => "Create or alter (LOGIN, CREATEDB)";

    protected override string Script => "pguser";

    internal override string Target(HostingApp app) => $"PostgreSQL role {app.Database.User} on {app.Server}";

    internal override string Heading(HostingApp app) => $"👤 Step 2: Creating PostgreSQL user {app.Database.User}";

    internal override string Done(StepResult result) => result.Status switch
    {
        StepStatus.Changed when result.Facts.GetValueOrDefault("existed") == "yes" => "✅ User updated (CREATEDB privilege granted)",
        StepStatus.Changed => "✅ User created (CREATEDB privilege granted)",
        StepStatus.Skipped => "✅ " + result.Notes[0],
        _ => "✅ User already there (CREATEDB privilege granted)",
    };

    protected override void Add(RemoteScript script, StepContext context)
    {
        string role = context.App.Database.User;
        Secret password = context.Secrets.Value.DatabasePassword;
        string verifier = ScramVerifier.Compute(password, Salt(password, role), Iterations).Reveal();
        script
            .With("VERIFIER", verifier)
            .With("VERIFIER_LITERAL", Quote.SqlLiteral(verifier));
    }

    /// <summary>
    /// The same password gives the same verifier, so the role can be compared with what it should be. The salt costs an
    /// attacker as many iterations as the verifier itself, so that it is no short cut to the password.
    /// </summary>
    private static byte[] Salt(Secret password, string role) => Rfc2898DeriveBytes.Pbkdf2(
        Encoding.UTF8.GetBytes(password.Reveal()), Encoding.UTF8.GetBytes("HostingDeploy role " + role), Iterations, HashAlgorithmName.SHA256, SaltBytes);
}
