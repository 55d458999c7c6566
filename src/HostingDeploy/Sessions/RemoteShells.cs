namespace HostingDeploy.Sessions;

/// <summary>Runs steps and takes leases in the shells of a pool.</summary>
internal sealed class RemoteShells(ShellPool pool)
{
    /// <summary>Shells that end before a step has begun are somebody's doing when there are more of them in a row.</summary>
    private const int MostTries = 3;

    /// <summary>Runs the step in a shell that is free. One that turns out to have ended before it began is no reason to fail.</summary>
    /// <exception cref="ShellGoneException">The shell ended while the step ran.</exception>
    /// <exception cref="TimeoutException">It took longer than its limit.</exception>
    internal async Task<ShellReply> RunAsync(RemoteRequest request, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            IShell shell = await pool.RentAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await shell.RunAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (ShellGoneException e) when (!e.HasBegun && tries < MostTries)
            {
                // Another one does it; when the connection is gone, there is none.
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"It was ended after {request.Limit}.", e);
            }
            finally
            {
                pool.Return(shell);
            }
        }
    }

    /// <summary>Takes a lease in one of the shells; whatever they run goes on beside it.</summary>
    /// <exception cref="ShellGoneException">The shell ended.</exception>
    internal async Task<ShellLease> LeaseAsync(string take, string release, CancellationToken cancellationToken)
    {
        IShell shell = await pool.AnyAsync(cancellationToken).ConfigureAwait(false);
        Task<ShellReply> taking = shell.EvaluateAsync(take);
        try
        {
            return new ShellLease(shell, release, await taking.WaitAsync(cancellationToken).ConfigureAwait(false), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The shell takes hold all the same; nobody may find it locked by somebody who has gone home.
            await ShellLease.AbandonAsync(shell, release).ConfigureAwait(false);
            throw;
        }
    }
}
