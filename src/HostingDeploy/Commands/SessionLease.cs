namespace HostingDeploy.Commands;

/// <summary>A session for the time of one cmdlet: the one given, an open one of this runspace, or one of its own that it closes again.</summary>
internal sealed class SessionLease : IDisposable
{
    private readonly bool _own;

    private SessionLease(DeploySession session, bool own)
    {
        Session = session;
        _own = own;
    }

    internal DeploySession Session { get; }

    internal static async Task<SessionLease> TakeAsync(DeploySession? given, HostingServer server, Pipeline pipeline, CancellationToken cancellationToken)
    {
        if (given is not null)
        {
            return new SessionLease(given, own: false);
        }

        DeploySession? open = await pipeline.AskAsync(_ => SessionList.OpenTo(server.Name)).ConfigureAwait(false);
        if (open is not null)
        {
            return new SessionLease(open, own: false);
        }

        pipeline.Verbose($"Connecting to {server}");
        return new SessionLease(await new SessionOpener(server, pipeline).OpenAsync(cancellationToken).ConfigureAwait(false), own: true);
    }

    public void Dispose()
    {
        if (_own)
        {
            Session.Dispose();
        }
    }
}
