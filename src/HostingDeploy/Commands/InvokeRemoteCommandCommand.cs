using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;

/// <summary>Runs a command of your own on the server, through the session's shell.</summary>
/// <remarks>The output, standard output and error in the order they were printed, is emitted line by line as it comes. $LASTEXITCODE is not touched: a command that ends with another status than 0 is an error, whose exception has the ExitStatus and the last lines. There is no timeout unless you set one; Ctrl+C ends the command and everything it started.</remarks>
/// <example>
/// <code>Invoke-RemoteCommand web1 'df -h /var'</code>
/// <para>Looks at the disk.</para>
/// </example>
/// <example>
/// <code>Invoke-RemoteCommand -Session $s -AsUser cigar -Command 'tail -n 50 /var/www/cigar/shared/log/production.log'</code>
/// <para>Reads a log as the app's user.</para>
/// </example>
/// <example>
/// <code>Invoke-RemoteCommand web1 -Sudo { journalctl -n 50 -u "$1" } -ArgumentList $unit</code>
/// <para>Reads a unit's journal as root, and hands the value over without quoting it.</para>
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

    /// <summary>The command, as bash takes it; several lines are a script. Of a script block the text is taken as it stands: it is bash's, and so are the variables in it.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [Alias("ScriptBlock")]
    [ValidateNotNullOrEmpty]
    public string Command { get; set; } = string.Empty;

    /// <summary>Values for the command, in which they are "$1", "$2" and so on. They are data, whatever is in them.</summary>
    [Parameter]
    [AllowEmptyString]
    [Alias("Args")]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>The user to run it as. Default: the one who logged in.</summary>
    [Parameter]
    [ValidatePattern("^[a-z_][a-z0-9_-]{0,31}$")]
    public string? AsUser { get; set; }

    /// <summary>Run it as root. The session is root's by way of sudo already: no password is asked for.</summary>
    [Parameter]
    public SwitchParameter Sudo { get; set; }

    /// <summary>The file to write the output to, byte for byte and as it comes, instead of emitting it. A new file is for nobody else to read (0600); the content of one that is there is replaced.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OutFile { get; set; }

    /// <summary>Seconds after which the command is ended, counted from its beginning on the server. Default: none.</summary>
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
        if (Sudo && AsUser is not null)
        {
            throw new DeployException(
                "UserAmbiguous", ErrorCategory.InvalidArgument, $"The command is to run as root (-Sudo) and as {AsUser} (-AsUser).", AsUser, "Give one of the two.");
        }

        string user = Sudo ? "root" : AsUser ?? session.User;
        string? file = OutFile is null ? null : await pipeline.AskAsync(c => LocalFile(c, OutFile)).ConfigureAwait(false);
        if (!await pipeline.ShouldProcessAsync($"{session} as {user}", file is null ? Command : $"{Command} (output to {file})").ConfigureAwait(false))
        {
            return;
        }

        using FileOutput? toFile = file is null ? null : new FileOutput(file);
        var request = new RemoteRequest(Script(user, session))
        {
            Output = toFile ?? pipeline.Remote((cmdlet, line) => cmdlet.WriteObject(line)),
            Limit = TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
        ShellReply reply;
        try
        {
            reply = await ((IRemote)session).RunAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new DeployException(
                "CommandTimedOut", ErrorCategory.OperationTimeout, $"The command on {session} was ended after {TimeoutSeconds} s.", session, "Give it more time with -TimeoutSeconds.");
        }
        catch (DeployException lost) when (lost.ErrorId == "ConnectionLost")
        {
            lost.RecommendedAction = $"The command is not run again on its own, and is ended on {session} if it still runs there. See how far it came: {(session.State == DeploySessionState.Open ? "the session is open, so" : $"New-DeploySession {session}, then")} Invoke-RemoteCommand.";
            throw;
        }

        if (reply.ExitStatus != 0)
        {
            pipeline.Error(new RemoteCommandException(session, reply.ExitStatus, reply.Tail).ToErrorRecord());
        }
    }

    /// <summary>The command reaches another user's bash on its stdin: in an argument list everyone on the server could read it.</summary>
    private string Script(string user, DeploySession session)
    {
        string script = ArgumentList.Length == 0 ? Command : $"set -- {string.Join(' ', ArgumentList.Select(Quote.Shell))}\n{Command}";
        if (user == "root")
        {
            return script;
        }

        // The session began in the login user's own folder, which others may not enter.
        string place = user == session.User ? string.Empty : "cd / && ";
        return $"{place}runuser -u {Quote.Shell(user)} -- bash --noprofile --norc < <(printf '%s' {Quote.Shell(script)})";
    }

    private static string LocalFile(PSCmdlet cmdlet, string path)
    {
        string file = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem" && !Directory.Exists(file) ? file : throw new DeployException(
            "OutFileNotAFile", ErrorCategory.InvalidArgument, $"{path} is not a file.", path, "Give -OutFile the path of a file.");
    }
}
