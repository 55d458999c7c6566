using System.Security.Cryptography;
using System.Text;

namespace HostingDeploy.Tests.Remote;

/// <summary>What a shell is asked and what it should answer.</summary>
internal static class Shell
{
    internal static string Quote(string value) => HostingDeploy.Remote.Quote.Shell(value);

    /// <summary>What <c>sha256sum</c> prints for the text on its input.</summary>
    internal static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) + "  -";

    /// <summary>A command line that shows its words in a form no byte can be lost in.</summary>
    internal static string Show(IEnumerable<string> words) => $"printf '%s\\0' {string.Join(' ', words)} | base64 -w 0";

    /// <summary>The words that were shown.</summary>
    internal static string[] Read(string shown) => Encoding.UTF8.GetString(Convert.FromBase64String(shown)).Split('\0')[..^1];
}
