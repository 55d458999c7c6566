using System.Text.Json;
using System.Text.Json.Nodes;

namespace HostingDeploy.Steps;

using HostingDeploy.Sessions;

/// <summary>A server's answer about an app without the app's secrets: output, facts, journal.</summary>
internal static class Redaction
{
    /// <summary>Facts and properties of records that are names and no words: a secret that looks like a piece of one must not make it another.</summary>
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal)
    {
        "release", "commit", "previous", "candidate", "live", "scratch", "error.id", "deployment", "kind", "branch", "step", "hook", "status", "error", "resumes",
    };

    /// <summary>Facts that hold records, a line each.</summary>
    private static readonly HashSet<string> s_records = new(StringComparer.Ordinal) { "journal", "owner" };

    internal static ShellReply Strike(this Redactor redactor, ShellReply reply) => reply with
    {
        Facts = [.. reply.Facts.Select(fact => s_names.Contains(fact.Key) ? fact : new(fact.Key, s_records.Contains(fact.Key)
            ? string.Join('\n', fact.Value.Split('\n').Select(redactor.StrikeRecord))
            : redactor.Strike(fact.Value)))],

        // An array, for results show it, and PowerShell takes no index of what a collection expression makes of a read-only list.
        Tail = reply.Tail.Select(line => line.StartsWith(OutputTail.Cut, StringComparison.Ordinal)
            ? OutputTail.Cut + redactor.StrikeRest(line[OutputTail.Cut.Length..])
            : redactor.Strike(line)).ToArray(),
    };

    /// <summary>A record stays one: its values are looked through as they are, whatever JSON makes of them.</summary>
    private static string StrikeRecord(this Redactor redactor, string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject record ? Struck(redactor, record).ToJsonString() : redactor.Strike(line);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return redactor.Strike(line); // torn, or a property is there twice
        }
    }

    private static JsonNode Struck(Redactor redactor, JsonNode node) => node switch
    {
        JsonObject record => new JsonObject(record.Where(p => p.Value is not null)
            .Select(p => KeyValuePair.Create(p.Key, (JsonNode?)(s_names.Contains(p.Key) ? p.Value!.DeepClone() : Struck(redactor, p.Value!))))),
        JsonArray values => new JsonArray([.. values.Select(v => v is null ? null : Struck(redactor, v))]),
        JsonValue value when value.TryGetValue(out string? text) => JsonValue.Create(redactor.Strike(text)),
        _ => node.DeepClone(),
    };
}
