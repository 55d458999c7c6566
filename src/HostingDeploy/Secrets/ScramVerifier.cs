using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace HostingDeploy;

/// <summary>
/// PostgreSQL's stored form of a password, SCRAM-SHA-256 (RFC 5802, RFC 7677). Computed here, so that the password itself
/// never reaches the server's statement log, its shell or its memory of queries.
/// </summary>
public static partial class ScramVerifier
{
    private const int DefaultIterations = 4096;
    private const int SaltLength = 16;

    /// <summary>More rounds than anyone sets: a bound on the work a strange answer could cause.</summary>
    private const int MaxIterations = 10_000_000;

    /// <summary>
    /// The verifier <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>, as <c>PASSWORD '…'</c> takes it. It is a
    /// secret too: whoever has it can try passwords against it and pose as the server.
    /// </summary>
    /// <param name="password">The password; not empty, and in a form that SASLprep leaves as it is.</param>
    /// <param name="salt">The salt; random when absent.</param>
    /// <param name="iterations">Rounds of PBKDF2; PostgreSQL's own default is 4096.</param>
    /// <exception cref="DeployException">The password is empty, or clients could disagree about its bytes.</exception>
    public static Secret Compute(Secret password, byte[]? salt = null, int iterations = DefaultIterations)
    {
        RefuseUnfit(password);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        salt ??= RandomNumberGenerator.GetBytes(SaltLength);
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Reveal()), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return new Secret(FormattableString.Invariant(
            $"SCRAM-SHA-256${iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}"));
    }

    /// <summary>Whether a stored verifier belongs to the password; any other kind of text does not match.</summary>
    /// <param name="password">The password.</param>
    /// <param name="verifier">What <c>pg_authid.rolpassword</c> holds.</param>
    public static bool Matches(Secret password, string? verifier)
    {
        var match = Form().Match(verifier ?? "");
        if (!match.Success || !int.TryParse(match.Groups["iterations"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations))
        {
            return false;
        }

        var salt = new byte[match.Groups["salt"].Length];
        if (iterations is < 1 or > MaxIterations || !Convert.TryFromBase64String(match.Groups["salt"].Value, salt, out var length))
        {
            return false;
        }

        return Compute(password, salt[..length], iterations).Equals(new Secret(match.Value));
    }

    private static void RefuseUnfit(Secret password)
    {
        var reason = password.Reveal().Length == 0 ? "It is empty."
            : SaslPrep.IsUnchanged(password.Reveal()) ? null
            : "It holds characters that PostgreSQL and its clients may rewrite, such as no-break spaces, ligatures or separate accents.";
        if (reason is not null)
        {
            throw new DeployException(
                "PasswordUnfit",
                ErrorCategory.InvalidData,
                $"The database password cannot be used. {reason}",
                recommendedAction: "Choose another password, best one of ASCII letters and digits, and run the command again.");
        }
    }

    [GeneratedRegex(@"\ASCRAM-SHA-256\$(?<iterations>[0-9]{1,9}):(?<salt>[A-Za-z0-9+/]+={0,2})\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=\z")]
    private static partial Regex Form();
}
