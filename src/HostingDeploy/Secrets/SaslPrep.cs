using System.Globalization;
using System.Text;

namespace HostingDeploy;

/// <summary>
/// SASLprep (RFC 4013) as PostgreSQL applies it to passwords: ASCII stays as it is; of other text, spaces become the
/// plain space, joiners and the like vanish, and the rest is brought to form NFKC. Text that SASLprep forbids is used as
/// it was typed, which is what the server does too. Characters younger than Unicode 3.2 count as allowed here; PostgreSQL
/// counts them as forbidden, which differs only for a password that mixes them with characters NFKC changes.
/// </summary>
internal static class SaslPrep
{
    /// <summary>The bytes that are hashed for a password.</summary>
    public static byte[] Apply(string password) => Encoding.UTF8.GetBytes(Ascii.IsValid(password) ? password : Prepare(password));

    private static string Prepare(string password)
    {
        if (password.Any(char.IsSurrogate) && password.EnumerateRunes().Contains(Rune.ReplacementChar))
        {
            return password;
        }

        var mapped = new StringBuilder();
        foreach (var rune in password.EnumerateRunes().Where(r => !IsMappedToNothing(r.Value)))
        {
            mapped.Append(Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator ? " " : rune.ToString());
        }

        var prepared = mapped.ToString().Normalize(NormalizationForm.FormKC);
        return prepared.Length == 0 || prepared.EnumerateRunes().Any(IsForbidden) || IsMixedDirection(prepared) ? password : prepared;
    }

    /// <summary>RFC 3454 table B.1.</summary>
    private static bool IsMappedToNothing(int c) =>
        c is 0x00AD or 0x034F or 0x1806 or 0x180B or 0x180C or 0x180D or 0x200B or 0x200C or 0x200D or 0x2060 or 0xFEFF
            or (>= 0xFE00 and <= 0xFE0F);

    /// <summary>RFC 3454 tables C.1.2 to C.9, by category where the tables follow one.</summary>
    private static bool IsForbidden(Rune rune) => rune.Value
        is 0x0340 or 0x0341 or 0x06DD or 0x070F or 0x180E or (>= 0x2028 and <= 0x202E) or (>= 0x2061 and <= 0x2063)
            or (>= 0x206A and <= 0x206F) or (>= 0x2FF0 and <= 0x2FFB) or (>= 0xFFF9 and <= 0xFFFD)
            or (>= 0xFDD0 and <= 0xFDEF) or (>= 0x1D173 and <= 0x1D17A) or 0xE0001 or (>= 0xE0020 and <= 0xE007F)
        || (rune.Value & 0xFFFE) == 0xFFFE
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.PrivateUse;

    /// <summary>RFC 3454 section 6: right-to-left text stands alone, from the first to the last character.</summary>
    private static bool IsMixedDirection(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        return runes.Exists(IsRightToLeft)
            && (runes.Exists(r => Rune.IsLetter(r) && !IsRightToLeft(r)) || !IsRightToLeft(runes[0]) || !IsRightToLeft(runes[^1]));
    }

    private static bool IsRightToLeft(Rune rune) => rune.Value
        is 0x05BE or 0x05C0 or 0x05C3 or (>= 0x05D0 and <= 0x05F4) or 0x061B or 0x061F or (>= 0x0621 and <= 0x064A)
            or (>= 0x066D and <= 0x066F) or (>= 0x0671 and <= 0x06D5) or 0x06DD or 0x06E5 or 0x06E6 or (>= 0x06FA and <= 0x070D)
            or 0x0710 or (>= 0x0712 and <= 0x072C) or (>= 0x0780 and <= 0x07A5) or 0x07B1 or 0x200F
            or (>= 0xFB1D and <= 0xFDFC) or (>= 0xFE70 and <= 0xFEFC);
}
