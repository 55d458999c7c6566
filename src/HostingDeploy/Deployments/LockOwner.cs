using System.Text.Json;

namespace HostingDeploy.Deployments;

/// <summary>Who holds the deployment lock, as the lock file and the journal have it.</summary>
/// <param name="Deployment">The deployment's id.</param>
/// <param name="Kind">deploy or undo.</param>
/// <param name="Who">Person and machine.</param>
/// <param name="Since">When it began.</param>
/// <param name="Branch">The branch.</param>
/// <param name="Setup">Whether it is a first deployment.</param>
internal sealed record LockOwner(string Deployment, string Kind, string Who, DateTimeOffset Since, string Branch, bool Setup)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    internal string ToJson() => JsonSerializer.Serialize(this, s_options);

    internal static LockOwner? Parse(string? text)
    {
        try
        {
            return string.IsNullOrEmpty(text) ? null : JsonSerializer.Deserialize<LockOwner>(text, s_options);
        }
        catch (JsonException)
        {
            return null; // taken this very moment, its owner's name not written yet
        }
    }
}
