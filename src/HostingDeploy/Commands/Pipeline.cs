using System.Collections.Concurrent;
using System.Management.Automation;
using System.Text;

namespace HostingDeploy.Commands;

using HostingDeploy.Sessions;

/// <summary>
/// The only door from asynchronous work to a cmdlet's Write* and ShouldProcess methods, which PowerShell allows on the
/// pipeline thread alone.
/// </summary>
internal sealed class Pipeline(CancellationToken stop) : IDisposable
{
    private readonly object _gate = new();
    private readonly BlockingCollection<Action<PSCmdlet>> _calls = [];
    private readonly ConcurrentBag<PipelineOutput> _outputs = [];
    private bool _disposed;

    internal void Output(object value) => Add(c => c.WriteObject(value));

    /// <summary>A receiver of what a server prints, that hands it to the cmdlet line by line and in bounded memory.</summary>
    internal IRemoteOutput Remote(Action<PSCmdlet, string> write)
    {
        var output = new PipelineOutput(Add, write);
        _outputs.Add(output);
        return output;
    }

    /// <summary>The same for what comes as lines already.</summary>
    internal Action<string> Lines(Action<PSCmdlet, string> write)
    {
        IRemoteOutput output = Remote(write);
        return line => output.Add(Encoding.UTF8.GetBytes(line + "\n"));
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

    internal void Complete()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _calls.CompleteAdding();
            }
        }
    }

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
        lock (_gate)
        {
            _disposed = true;
            _calls.Dispose();
        }

        foreach (PipelineOutput output in _outputs)
        {
            output.Dispose();
        }
    }

    private void Add(Action<PSCmdlet> call)
    {
        lock (_gate)
        {
            // A step that was given up has its last words when nobody listens any more.
            if (!_disposed && !_calls.IsAddingCompleted)
            {
                _calls.Add(call, CancellationToken.None);
            }
        }
    }
}
