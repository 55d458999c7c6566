namespace HostingDeploy.Sessions;

/// <summary>Receives what a step prints and tells on the server, as it comes.</summary>
internal interface IRemoteOutput
{
    /// <summary>The next bytes; they are gone when it returns.</summary>
    void Add(ReadOnlySpan<byte> bytes);

    /// <summary>Something the step told by name. It is in the reply as well.</summary>
    void Fact(string name, string value)
    {
    }

    /// <summary>There is no more.</summary>
    void End();
}
