using System.Text.Json;
using System.Text.Json.Serialization;

namespace HostingDeploy.Deployments;

/// <summary>Who holds the deployment lock, as the lock file and the journal have it.</summary>
/// <param name="Deployment">The deployment's id.</param>
/// <param name="Kind">deploy, undo or remove.</param>
/// <param name="Who">Person and machine.</param>
/// <param name="Since">When it began.</param>
/// <param name="Branch">The branch.</param>
/// <param name="Setup">Whether it is a first deployment.</param>
internal sealed record LockOwner(string Deployment, string Kind, string Who, DateTimeOffset Since, string Branch, bool Setup)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    /// <summary>Person and machine, as others are told them.</summary>
    internal static string Me => $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>The deployment it goes on with: nobody may have deployed since. Null: whatever was before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Resumes { get; init; }

    /// <summary>What it is doing: the step it last began; null before the first.</summary>
    [JsonIgnore]
    public string? Step { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, s_options);

    /// <summary>Reads the lock file: the owner, then a line for each step it began.</summary>
    internal static LockOwner? Parse(string? text)
    {
        string[] lines = (text ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            return lines.Length == 0 ? null : JsonSerializer.Deserialize<LockOwner>(lines[0], s_options) is { } owner ? owner with { Step = lines.Length > 1 ? lines[^1] : null } : null;
        }
        catch (JsonException)
        {
            return null; // taken this very moment, its owner's name not written yet
        }
    }
}
