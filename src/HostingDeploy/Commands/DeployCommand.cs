using System.Management.Automation;
using System.Runtime.ExceptionServices;

namespace HostingDeploy.Commands;

/// <summary>Base of the cmdlets: runs their work asynchronously, so that Ctrl+C gets through, and reports its failures.</summary>
public abstract class DeployCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The cmdlet's work for one input object.</summary>
    private protected abstract Task ProcessAsync(Pipeline pipeline, CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        try
        {
            Pump();
        }
        catch (DeployException e)
        {
            Report(e);
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Writes the failure. A step whose work was not done must not look done to what comes next: it terminates the pipeline.</summary>
    private protected virtual void Report(DeployException failure) => ThrowTerminatingError(failure.ToErrorRecord());

    /// <summary>Frees what the cmdlet holds.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    private void Pump()
    {
        using var pipeline = new Pipeline(_stop.Token);
        Task work = Task.Run(async () =>
        {
            try
            {
                await ProcessAsync(pipeline, _stop.Token).ConfigureAwait(false);
            }
            finally
            {
                pipeline.Complete();
            }
        });

        ExceptionDispatchInfo? failure = null;
        try
        {
            pipeline.WriteTo(this); // blocks here, so that parameters cannot change under the work
        }
        catch (Exception e)
        {
            failure = ExceptionDispatchInfo.Capture(e);
            _stop.Cancel();
            pipeline.Drain();
        }

        try
        {
            work.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            failure ??= ExceptionDispatchInfo.Capture(new PipelineStoppedException());
        }
        catch when (failure is not null)
        {
            // The first failure wins.
        }

        failure?.Throw();
    }
}
