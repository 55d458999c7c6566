namespace HostingDeploy.Sessions;

/// <summary>
/// A privileged shell at the far end. It runs one step at a time, and meanwhile does what is asked of itself: what it holds for
/// somebody is let go at once, whoever's step it runs.
/// </summary>
internal interface IShell : IDisposable
{
    /// <summary>Done when no step runs in it: also the one that was given up is gone.</summary>
    Task Quiet { get; }

    /// <summary>Done when it can serve nobody any more.</summary>
    Task Ended { get; }

    /// <summary>Runs a step. Cancelling stops it and everything it started, and so does the end of its limit, which is told as cancelled too.</summary>
    /// <exception cref="ShellGoneException">The shell ended.</exception>
    Task<ShellReply> RunAsync(RemoteRequest request, CancellationToken cancellationToken);

    /// <summary>Evaluates the script in the shell itself: what it opens or defines stays for the shell's life.</summary>
    /// <exception cref="ShellGoneException">The shell ended.</exception>
    Task<ShellReply> EvaluateAsync(string script);
}

/// <summary>The shell ended, with whatever it ran and held; the connection may live on.</summary>
internal sealed class ShellGoneException(string message, bool begun, Exception? cause) : IOException(message, cause)
{
    /// <summary>Whether what was asked of it may have begun. What has not may be asked of another shell.</summary>
    internal bool HasBegun { get; } = begun;
}
