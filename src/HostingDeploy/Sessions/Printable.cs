using System.Globalization;

namespace HostingDeploy.Sessions;

/// <summary>Text that comes from a server, made fit for a terminal: nothing in it moves the cursor, hides text or sets colours.</summary>
internal static class Printable
{
    private const int Longest = 500;

    internal static string Of(string text)
    {
        string clean = string.Concat(text.Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? ' ' : c)).Trim();
        return clean.Length <= Longest ? clean : clean[..Longest] + "…";
    }
}
