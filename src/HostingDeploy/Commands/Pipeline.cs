using System.Collections.Concurrent;
using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>
/// The only door from asynchronous work to a cmdlet's Write* and ShouldProcess methods, which PowerShell allows on the
/// pipeline thread alone.
/// </summary>
internal sealed class Pipeline(CancellationToken stop) : IDisposable
{
    private readonly BlockingCollection<Action<PSCmdlet>> _calls = [];
    private readonly ConcurrentBag<LineSpool> _spools = [];

    internal void Output(object value) => Add(c => c.WriteObject(value));

    /// <summary>A receiver of remote lines that hands them to the cmdlet in order, in bounded memory.</summary>
    internal Action<string> Lines(Action<PSCmdlet, string> write)
    {
        var spool = new LineSpool();
        _spools.Add(spool);
        return line =>
        {
            if (spool.Add(line))
            {
                Add(cmdlet => Fetch(cmdlet, spool, write));
            }
        };
    }

    internal void Verbose(string text) => Add(c => c.WriteVerbose(text));

    internal void Warning(string text) => Add(c => c.WriteWarning(text));

    internal void Error(ErrorRecord record) => Add(c => c.WriteError(record));

    internal void Progress(ProgressRecord record) => Add(c => c.WriteProgress(record));

    internal void Information(object message, params string[] tags) => Add(c => c.WriteInformation(message, tags));

    /// <summary>Asks on the pipeline thread and brings back the answer.</summary>
    internal Task<T> AskAsync<T>(Func<PSCmdlet, T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(c =>
        {
            try
            {
                answer.SetResult(question(c));
            }
            catch (Exception e)
            {
                answer.TrySetException(e);
                throw;
            }
        });
        return answer.Task.WaitAsync(stop); // never wait for an answer that Drain threw away
    }

    internal Task<bool> ShouldProcessAsync(string target, string action) => AskAsync(c => c.ShouldProcess(target, action));

    internal void Complete() => _calls.CompleteAdding();

    internal void WriteTo(PSCmdlet cmdlet)
    {
        foreach (Action<PSCmdlet> call in _calls.GetConsumingEnumerable())
        {
            call(cmdlet);
        }
    }

    internal void Drain()
    {
        foreach (Action<PSCmdlet> _ in _calls.GetConsumingEnumerable())
        {
            // The pipeline is stopping: nothing may be written any more.
        }
    }

    public void Dispose()
    {
        _calls.Dispose();
        foreach (LineSpool spool in _spools)
        {
            spool.Dispose();
        }
    }

    private static void Fetch(PSCmdlet cmdlet, LineSpool spool, Action<PSCmdlet, string> write)
    {
        while (spool.Take() is { } line)
        {
            write(cmdlet, line);
        }
    }

    private void Add(Action<PSCmdlet> call)
    {
        if (!_calls.IsAddingCompleted)
        {
            _calls.Add(call, CancellationToken.None);
        }
    }
}
