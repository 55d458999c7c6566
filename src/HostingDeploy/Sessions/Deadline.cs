namespace HostingDeploy.Sessions;

/// <summary>How long connecting may take, not counting the time a person takes to answer.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TimeSpan _time;

    internal Deadline(TimeSpan time, CancellationToken cancellationToken)
    {
        _time = time;
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _source.CancelAfter(time);
    }

    internal CancellationToken Token => _source.Token;

    /// <summary>Stops the clock while the person is asked, and gives the whole time again after it.</summary>
    internal T Ask<T>(Func<T> question)
    {
        _source.CancelAfter(Timeout.InfiniteTimeSpan);
        try
        {
            return question();
        }
        finally
        {
            _source.CancelAfter(_time);
        }
    }

    public void Dispose() => _source.Dispose();
}
