namespace HostingDeploy.Sessions;

/// <summary>A server: it runs steps, any number at a time, and holds something for whoever leases it.</summary>
internal interface IRemote
{
    /// <summary>Says how it ended, when it is closed or lost, noticed by now or not.</summary>
    /// <exception cref="DeployException">ConnectionLost, SessionClosed.</exception>
    void ThrowIfGone();

    /// <summary>Runs a step as root, in one round trip; cancelling stops it and everything it started.</summary>
    /// <exception cref="DeployException">ConnectionLost, SessionClosed, OutputNotKept.</exception>
    /// <exception cref="TimeoutException">It took longer than the request's limit.</exception>
    Task<ShellReply> RunAsync(RemoteRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Evaluates <paramref name="take"/> in a shell. With status 0 the shell holds what it opened there until <paramref name="release"/>
    /// is evaluated in the same shell, or until that ends; with any other it holds nothing.
    /// </summary>
    /// <exception cref="DeployException">ConnectionLost, SessionClosed.</exception>
    Task<ShellLease> LeaseAsync(string take, string release, CancellationToken cancellationToken);
}
