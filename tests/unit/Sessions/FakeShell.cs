using HostingDeploy.Sessions;

namespace HostingDeploy.Tests.Sessions;

/// <summary>A shell whose every move a test makes.</summary>
internal sealed class FakeShell(int number) : IShell
{
    private readonly TaskCompletionSource _ended = new();
    private TaskCompletionSource? _quiet;

    public Task Quiet => _quiet?.Task ?? Task.CompletedTask;

    public Task Ended => _ended.Task;

    internal bool IsDisposed { get; private set; }

    /// <summary>What it does when it is asked for something itself.</summary>
    internal Func<string, Task<ShellReply>> Evaluate { get; set; } = _ => throw new NotSupportedException();

    /// <summary>What runs in it was given up and is not gone yet.</summary>
    internal void BeginParting() => _quiet = new TaskCompletionSource();

    internal void EndParting()
    {
        TaskCompletionSource? quiet = _quiet;
        _quiet = null;
        quiet?.TrySetResult();
    }

    /// <summary>It ends by itself.</summary>
    internal void Break()
    {
        _ended.TrySetResult();
        EndParting();
    }

    public Task<ShellReply> RunAsync(RemoteRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ShellReply> EvaluateAsync(string script) => Evaluate(script);

    public void Dispose()
    {
        IsDisposed = true;
        Break();
    }

    public override string ToString() => $"shell {number}";
}
