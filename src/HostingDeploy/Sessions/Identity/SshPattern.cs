namespace HostingDeploy.Sessions.Identity;

/// <summary>The patterns of ssh_config(5): <c>*</c>, <c>?</c>, and lists in which <c>!</c> takes a name out again.</summary>
internal static class SshPattern
{
    /// <summary>Whether <paramref name="text"/> as a whole matches one pattern. Linear in practice: only the last star is tried again.</summary>
    public static bool Matches(string pattern, string text)
    {
        int p = 0, t = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }

    /// <summary>Whether some pattern matches and none that starts with <c>!</c> does.</summary>
    public static bool MatchesList(IEnumerable<string> patterns, string text)
    {
        bool matched = false;
        foreach (string pattern in patterns)
        {
            if (pattern.StartsWith('!'))
            {
                if (Matches(pattern[1..], text))
                {
                    return false;
                }
            }
            else
            {
                matched |= Matches(pattern, text);
            }
        }

        return matched;
    }
}
