namespace HostingDeploy.Sessions;

/// <summary>Receives what a step prints on the server, as it comes.</summary>
internal interface IRemoteOutput
{
    /// <summary>The next bytes; they are gone when it returns.</summary>
    void Add(ReadOnlySpan<byte> bytes);

    /// <summary>There is no more.</summary>
    void End();
}
