using System.Management.Automation;
using System.Text;

namespace HostingDeploy.Commands;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;

/// <summary>Runs a command of your own on the server, through the session's shell.</summary>
/// <remarks>The output, standard output and error in the order they were printed, is emitted line by line as it comes. $LASTEXITCODE is not touched: a command that ends with another status than 0 is an error that tells it, with the last lines. There is no timeout unless you set one; Ctrl+C ends the command and everything it started.</remarks>
/// <example>
/// <code>Invoke-RemoteCommand web1 'df -h /var'</code>
/// <para>Looks at the disk, as root.</para>
/// </example>
/// <example>
/// <code>Invoke-RemoteCommand -Session $s -AsUser cigar -Command 'tail -n 50 /var/www/cigar/shared/log/production.log'</code>
/// <para>Reads a log as the app's user.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "RemoteCommand", SupportsShouldProcess = true, DefaultParameterSetName = SessionSet)]
[OutputType(typeof(string))]
public sealed class InvokeRemoteCommandCommand : DeployCommand
{
    private const string SessionSet = "Session";
    private const string NameSet = "Name";

    /// <summary>The session to the server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SessionSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [LiveSession]
    public DeploySession Session { get; set; } = null!;

    /// <summary>The server: its name in the nearest hosting.yml. The open session to it is taken, or one is opened for this command alone.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [ArgumentCompleter(typeof(ServerNameCompleter))]
    public string Name { get; set; } = string.Empty;

    /// <summary>The command, as bash takes it; several lines are a script.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Command { get; set; } = string.Empty;

    /// <summary>The user to run it as. Default: root.</summary>
    [Parameter]
    [ValidatePattern("^[a-z_][a-z0-9_-]{0,31}$")]
    public string AsUser { get; set; } = "root";

    /// <summary>Seconds after which the command is ended. Default: none.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? TimeoutSeconds { get; set; }

    private protected override async Task ProcessAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        if (ParameterSetName == NameSet)
        {
            HostingServer server = await pipeline.AskAsync(c => NearestHostingFile.Load(c.SessionState).GetServer(Name)).ConfigureAwait(false);
            using SessionLease lease = await SessionLease.TakeAsync(null, server, pipeline, cancellationToken).ConfigureAwait(false);
            await RunAsync(lease.Session, pipeline, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await RunAsync(Session, pipeline, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(DeploySession session, Pipeline pipeline, CancellationToken cancellationToken)
    {
        if (!await pipeline.ShouldProcessAsync($"{session} as {AsUser}", Command).ConfigureAwait(false))
        {
            return;
        }

        // The command reaches the other bash on its stdin: in an argument list everyone on the server could read it.
        string script = AsUser == "root"
            ? Command
            : $"cd / && runuser -u {Quote.Shell(AsUser)} -- bash --noprofile --norc < <(printf '%s' {Quote.Shell(Command)})";
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (TimeoutSeconds is { } seconds)
        {
            timeout.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        ShellReply reply;
        try
        {
            reply = await session.RunAsync(script, pipeline.Lines((cmdlet, line) => cmdlet.WriteObject(line)), timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeployException(
                "CommandTimedOut", ErrorCategory.OperationTimeout, $"The command on {session} was ended after {TimeoutSeconds} s.", session, "Give it more time with -TimeoutSeconds.");
        }

        if (reply.ExitStatus != 0)
        {
            pipeline.Error(new DeployException(
                "RemoteCommandFailed", ErrorCategory.InvalidResult, Describe(session, reply), session, "The output above says why.").ToErrorRecord());
        }
    }

    private static string Describe(DeploySession session, ShellReply reply)
    {
        var text = new StringBuilder($"The command on {session} ended with exit status {reply.ExitStatus}.");
        foreach (string line in reply.Tail.TakeLast(5))
        {
            text.Append("\n  ").Append(line);
        }

        return text.ToString();
    }
}
