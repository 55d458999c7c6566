using System.Text.Json;

namespace HostingDeploy.Deployments;

/// <summary>A line of the journal: a deployment's beginning, a step or hook of it, or its end.</summary>
internal sealed record JournalEntry
{
    /// <summary>Far enough away for every server's clock, and near enough to count with.</summary>
    private const double LastSecond = 1e11;

    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { NumberHandling = default };

    /// <summary>The deployment it belongs to.</summary>
    public string? Deployment { get; init; }

    public string? Kind { get; init; }

    public string? Who { get; init; }

    public DateTimeOffset? Since { get; init; }

    public string? Branch { get; init; }

    public bool? Setup { get; init; }

    public string? Step { get; init; }

    public string? Hook { get; init; }

    public int Index { get; init; }

    public string? Run { get; init; }

    public string? Status { get; init; }

    public double? Began { get; init; }

    public double? Ended { get; init; }

    public string? Release { get; init; }

    public string? Commit { get; init; }

    public string[]? Changes { get; init; }

    public string? Error { get; init; }

    public string? Message { get; init; }

    public bool End { get; init; }

    /// <summary>Whether it opens its deployment.</summary>
    internal bool IsBeginning => (Kind, Who, Since, Branch, Setup) is (not null, not null, not null, not null, not null);

    /// <summary>Whether it tells of a step or a hook.</summary>
    internal bool IsStep => Enum.TryParse<DeployStepName>(Step, out _) && (Hook is null || Enum.TryParse<HookMoment>(Hook, ignoreCase: true, out _))
        && Status is not null && Began is >= 0 and < LastSecond && Ended is >= 0 and < LastSecond && Changes?.Contains(null) == false;

    /// <summary>Reads a line; null for one that a full disk or a power cut tore, and for what no version writes.</summary>
    internal static JournalEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(line, s_options) is { Deployment: not null } entry && (entry.IsBeginning || entry.IsStep || entry.End) ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
