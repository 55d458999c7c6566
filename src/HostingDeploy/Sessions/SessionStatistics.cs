namespace HostingDeploy;

/// <summary>What a session has cost so far.</summary>
/// <param name="Steps">Scripts run on the server.</param>
/// <param name="RoundTrips">Times an answer was waited for on the wire, connecting included.</param>
/// <param name="BytesSent">Bytes sent, SSH's own overhead included.</param>
/// <param name="BytesReceived">Bytes received.</param>
public sealed record SessionStatistics(int Steps, int RoundTrips, long BytesSent, long BytesReceived)
{
    internal SessionStatistics Since(SessionStatistics before) => new(
        Steps - before.Steps, RoundTrips - before.RoundTrips, BytesSent - before.BytesSent, BytesReceived - before.BytesReceived);

    /// <inheritdoc/>
    public override string ToString() => $"{Steps} steps, {RoundTrips} round trips, {BytesSent + BytesReceived:N0} bytes";
}
