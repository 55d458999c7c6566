using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Deployments;
using HostingDeploy.Remote;
using HostingDeploy.Sessions;
using HostingDeploy.Steps;

/// <summary>Decommissions an app: takes everything of it off its server, and nothing of anyone else's.</summary>
/// <remarks>Stops and removes the units, the nginx site, the certificate, settings and secrets, folders and the system user. The database and its role stay unless -DropDatabase names the database; then it is dumped to /var/backups/hosting first. It works when half of it is gone already. Every part is asked about by default.</remarks>
/// <example>
/// <code>Remove-AppDeployment cigar -WhatIf</code>
/// <para>Shows what would be removed.</para>
/// </example>
/// <example>
/// <code>Remove-AppDeployment cigar -DropDatabase cigar_management_system_production</code>
/// <para>Removes the app and, after a dump, its database.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "AppDeployment", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(string))]
public sealed class RemoveAppDeploymentCommand : AppCommand
{
    /// <summary>Keep the TLS certificate.</summary>
    [Parameter]
    public SwitchParameter KeepCertificate { get; set; }

    /// <summary>The name of the app's database, to drop it too, after a dump.</summary>
    [Parameter]
    public string? DropDatabase { get; set; }

    private protected override async Task ProcessAsync(HostingApp app, DeploySession session, Pipeline pipeline, CancellationToken cancellationToken)
    {
        if (DropDatabase is not null && DropDatabase != app.Database.Name)
        {
            throw new DeployException(
                "DatabaseNameWrong", ErrorCategory.InvalidArgument, $"-DropDatabase names {DropDatabase}; the database of {app} is {app.Database.Name}.",
                app, "Name the database exactly, or leave -DropDatabase out to keep it.");
        }

        var context = new StepContext(app, session) { OnLine = pipeline.Lines((cmdlet, line) => cmdlet.WriteVerbose($"{app.Server}: {line}")) };
        ShellReply plan = await RunAsync(context, plan: true, cancellationToken).ConfigureAwait(false);
        string[] changes = [.. plan.All("change")];
        if (changes.Length > 0)
        {
            Warn(plan.All("note"), pipeline);
        }

        if (changes.Length == 0 || !await pipeline.ShouldProcessAsync($"{app} on {app.Server}", string.Join("; ", changes)).ConfigureAwait(false))
        {
            return;
        }

        // Nobody deploys it meanwhile.
        var owner = new LockOwner(Deployment.NewId(), "remove", LockOwner.Me, DateTimeOffset.UtcNow, app.Branch, false);
        ShellReply done;
        await using (ShellLease locked = await DeploymentLock.TakeAsync(context, owner, TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            done = await DeploymentLock.WhileAsync(locked, context, stop => RunAsync(context, plan: false, stop), cancellationToken).ConfigureAwait(false);
        }

        Warn(done.All("note").Except(plan.All("note")), pipeline);
        foreach (string change in done.All("change"))
        {
            pipeline.Output(change);
        }
    }

    private static void Warn(IEnumerable<string> notes, Pipeline pipeline)
    {
        foreach (string note in notes)
        {
            pipeline.Warning(note);
        }
    }

    private Task<ShellReply> RunAsync(StepContext context, bool plan, CancellationToken cancellationToken) =>
        ScriptRun.RunAsync(context, "remove", plan, script => LoginParameters.AddTo(script, DropDatabase is null ? null : AppSecrets.LoginOf(context.App))
            .With("LINEAGE", ServerPaths.Lineage(context.App))
            .With("KEEP_CERTIFICATE", KeepCertificate ? "1" : null)
            .With("DROP_DATABASE", DropDatabase), cancellationToken);
}
