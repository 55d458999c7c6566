using System.Text.RegularExpressions;

namespace HostingDeploy;

/// <summary>What is known about names of environment variables.</summary>
internal static partial class EnvironmentName
{
    /// <summary>Names that decide which code and which gems run in production. Two places saying it would be one too many.</summary>
    private static readonly string[] s_fixed =
    [
        "RAILS_ENV", "RACK_ENV", "BUNDLE_GEMFILE", "BUNDLE_WITHOUT", "BUNDLE_WITH", "BUNDLE_ONLY", "BUNDLE_PATH", "BUNDLE_DEPLOYMENT",
        "BUNDLE_FROZEN", "BUNDLE_APP_CONFIG",
    ];

    /// <summary>Whether it is a name a shell and systemd both take.</summary>
    public static bool IsValid(string name) => Name().IsMatch(name);

    /// <summary>Whether the deployment itself sets this variable.</summary>
    public static bool IsFixed(string name) => s_fixed.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the value behind such a name is probably one nobody should read.</summary>
    public static bool LooksSecret(string name) => SecretName().IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Name();

    [GeneratedRegex(
        "PASSW(OR)?D|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|API_?KEY|MASTER_?KEY|ACCESS_?KEY|PRIVATE_?KEY|ENCRYPTION_?KEY|DATABASE_URL",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
