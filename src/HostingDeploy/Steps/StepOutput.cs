namespace HostingDeploy.Steps;

using HostingDeploy.Sessions;

/// <summary>What a step prints and tells while it runs, without the app's secrets.</summary>
internal sealed class StepOutput(StepContext context) : IRemoteOutput
{
    /// <summary>The fact by which a script says what it waits for (server_lock of the library).</summary>
    private const string Waiting = "waiting";

    private readonly LineReader _lines = new(line => context.OnLine?.Invoke(context.Redactor.Value.Strike(line)));

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> bytes) => _lines.Add(bytes);

    /// <inheritdoc/>
    public void Fact(string name, string value)
    {
        if (name == Waiting)
        {
            context.OnWaiting?.Invoke(context.Redactor.Value.Strike(value));
        }
    }

    /// <inheritdoc/>
    public void End() => _lines.End();
}
