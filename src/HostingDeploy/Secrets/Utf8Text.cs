using System.Text;

namespace HostingDeploy;

/// <summary>Reads text strictly: a file in another encoding is an error with a place, not a value with wrong letters.</summary>
internal static class Utf8Text
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The text without its byte order mark; null and the problem when the bytes are not UTF-8.</summary>
    public static string? Decode(string path, byte[] content, out HostingFileProblem? problem)
    {
        try
        {
            problem = null;
            return s_strict.GetString(content).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException failure)
        {
            var before = content.AsSpan(0, Math.Clamp(failure.Index, 0, content.Length));
            var line = before.Count((byte)'\n') + 1;
            var column = before.Length - before.LastIndexOf((byte)'\n');
            problem = new HostingFileProblem(path, line, column, "", "found bytes that are not UTF-8, expected UTF-8 text");
            return null;
        }
    }
}
