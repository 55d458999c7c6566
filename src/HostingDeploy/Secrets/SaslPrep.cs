using System.Globalization;
using System.Text;

namespace HostingDeploy;

/// <summary>
/// SASLprep (RFC 4013) rewrites some passwords before they are hashed, and PostgreSQL hashes them as they are when it
/// finds a character SASLprep forbids or Unicode 3.2 did not know. Whether a password is rewritten thus depends on tables
/// of the server and of the client library. A password that no rewriting can change is the same to all of them; only
/// such a password is taken, so that a verifier made here never locks the app out.
/// </summary>
internal static class SaslPrep
{
    /// <summary>Whether every implementation hashes the password as it stands.</summary>
    public static bool IsUnchanged(string password)
    {
        try
        {
            return Ascii.IsValid(password)
                || (!password.EnumerateRunes().Any(IsMapped) && password.IsNormalized(NormalizationForm.FormKC));
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair, or a code point that is no character.
            return false;
        }
    }

    /// <summary>RFC 3454 tables C.1.2 (spaces, become the plain one) and B.1 (joiners and the like, vanish).</summary>
    private static bool IsMapped(Rune rune) =>
        (!rune.IsAscii && Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator)
        || rune.Value is 0x00AD or 0x034F or 0x1806 or (>= 0x180B and <= 0x180D) or (>= 0x200B and <= 0x200D) or 0x2060
            or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF;
}
