using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Creates the PostgreSQL role of an app with LOGIN and CREATEDB, or makes the existing one so; never a database.</summary>
/// <remarks>The password (DATABASE_PASSWORD of the secrets file) never leaves this machine: a SCRAM-SHA-256 verifier (RFC 7677) computed here goes to psql on stdin. A database on another server is left to its owner: the step is then skipped.</remarks>
/// <example>
/// <code>New-PgUser cigar</code>
/// <para>Creates the role named under database.user in hosting.yml.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "PgUser", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class NewPgUserCommand : StepCommand
{
    private protected override DeployStep Step { get; } = new PgUserStep();
}
