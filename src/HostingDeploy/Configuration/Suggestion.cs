namespace HostingDeploy.Configuration;

/// <summary>Guesses what was meant by a name that is not known.</summary>
internal static class Suggestion
{
    /// <summary>The words <c>, did you mean 'branch'?</c>, or nothing when no candidate is near.</summary>
    public static string For(string word, IEnumerable<string> candidates)
    {
        var limit = Math.Max(1, word.Length / 3);
        var best = candidates
            .Select(candidate => (candidate, distance: IsShortFor(candidate) ? 1 : Distance(Fold(word), Fold(candidate))))
            .Where(c => c.distance <= limit)
            .OrderBy(c => c.distance)
            .FirstOrDefault();
        return best.candidate is null ? "" : $", did you mean '{best.candidate}'?";

        bool IsShortFor(string candidate) => word.Length >= 3 && Fold(candidate).StartsWith(Fold(word), StringComparison.Ordinal);
    }

    /// <summary>keep_releases and KeepReleases are keepReleases to the person who wrote them.</summary>
    private static string Fold(string word) =>
        word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Edits that turn one word into the other; two swapped neighbours are one edit.</summary>
    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                var replace = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replace, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[a.Length, b.Length];
    }
}
