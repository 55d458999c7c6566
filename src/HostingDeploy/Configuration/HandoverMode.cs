namespace HostingDeploy;

/// <summary>How a redeploy hands over from the running code to the new one.</summary>
public enum HandoverMode
{
    /// <summary>The new Puma boots in the free slot and must answer before nginx sends it anything. Needs memory for two.</summary>
    Slots,

    /// <summary>The one Puma restarts; requests wait in its socket meanwhile.</summary>
    Restart,
}
