using System.Collections.Concurrent;
using System.Globalization;

namespace HostingDeploy.Sessions;

/// <summary>One thing that a shell was asked to do: a step, or an evaluation in the shell itself.</summary>
internal sealed class ShellTurn(int id, IRemoteOutput? output)
{
    private readonly OutputTail _tail = new();
    private readonly ConcurrentQueue<KeyValuePair<string, string>> _facts = new();
    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ShellReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isRefused;

    /// <summary>Raised when its receiver takes no more.</summary>
    internal event Action? Refused;

    /// <summary>Its number in the protocol.</summary>
    internal int Id { get; } = id;

    /// <summary>Done when the request for it is on the wire.</summary>
    internal Task Sent { get; set; } = Task.CompletedTask;

    /// <summary>The process group of a step, when it has begun.</summary>
    internal Task<int> Started => _started.Task;

    /// <summary>How it ended; fails with <see cref="ShellGoneException"/>, or with <see cref="OutputRefusedException"/> while it is still being stopped.</summary>
    internal Task<ShellReply> Reply => _reply.Task;

    /// <summary>Done when nothing of it is left, or the shell is gone.</summary>
    internal Task Gone => _gone.Task;

    internal bool IsId(string text) => text == Id.ToString(CultureInfo.InvariantCulture);

    internal void Start(int group) => _started.TrySetResult(group);

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        _tail.Add(bytes);
        if (output is null || _isRefused)
        {
            return;
        }

        try
        {
            output.Add(bytes);
        }
        catch (Exception e)
        {
            // That is no fault of the shell's: others need it.
            Refuse(e);
        }
    }

    internal void Fact(string id, string name, string value)
    {
        if (!IsId(id))
        {
            return;
        }

        _facts.Enqueue(new(name, value));
        if (output is null || _isRefused)
        {
            return;
        }

        try
        {
            output.Fact(name, value);
        }
        catch (Exception e)
        {
            Refuse(e);
        }
    }

    internal void End(int status)
    {
        try
        {
            if (!_isRefused)
            {
                output?.End();
            }
        }
        catch (Exception e)
        {
            Refuse(e);
        }

        _reply.TrySetResult(new ShellReply(status, [.. _facts], _tail.Lines()));
        _gone.TrySetResult();
    }

    internal void Fail(ShellGoneException failure)
    {
        _reply.TrySetException(failure);
        _gone.TrySetResult();
    }

    private void Refuse(Exception e)
    {
        _isRefused = true;
        _reply.TrySetException(new OutputRefusedException(e));
        Refused?.Invoke();
    }
}

/// <summary>What a step printed could not be taken by whoever receives it.</summary>
internal sealed class OutputRefusedException(Exception cause) : Exception(cause.Message, cause);
