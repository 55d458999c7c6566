using System.Text;
using System.Text.RegularExpressions;

namespace HostingDeploy.Configuration;

/// <summary>Rules for what Git is told: the branch and the keys of its host.</summary>
internal static partial class GitRules
{
    private static readonly HashSet<string> s_keyTypes = new(StringComparer.Ordinal)
    {
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    };

    /// <summary>A branch: what git check-ref-format takes, without the characters that mean something to a shell.</summary>
    public static Outcome<string> Branch(string text)
    {
        var isBranch = BranchCharacters().IsMatch(text)
            && !text.Contains("..", StringComparison.Ordinal)
            && text is not ("HEAD" or "@")
            && text.Split('/').All(part =>
                part.Length > 0 && part[0] != '.' && part[^1] != '.' && !part.EndsWith(".lock", StringComparison.Ordinal));
        return isBranch
            ? text
            : Refusal.Expected(text, "a Git branch: letters, digits and . _ / + @ # = -, no dash or dot first, no .., no .lock or / last");
    }

    /// <summary>A line of known_hosts, given back as names, type and key.</summary>
    public static Outcome<string> KnownHost(string text)
    {
        var match = KnownHostForm().Match(text);
        if (!match.Success)
        {
            return Refusal.Expected(text, "a known_hosts line: host names, key type and base64 key, as ssh-keyscan prints it");
        }

        var type = match.Groups["type"].Value;
        var key = match.Groups["key"].Value;
        if (!s_keyTypes.Contains(type))
        {
            return Refusal.Expected(type, $"one of the key types {string.Join(", ", s_keyTypes)}");
        }

        return InnerType(key) == type
            ? $"{match.Groups["names"].Value} {type} {key}"
            : Refusal.Expected(key, $"a complete base64 key of type {type}");
    }

    /// <summary>The type a key's bytes name themselves; null when they are no whole key. A cut-off line is found here, not on the server.</summary>
    private static string? InnerType(string key)
    {
        var bytes = new byte[key.Length];
        if (!Convert.TryFromBase64String(key, bytes, out var length))
        {
            return null;
        }

        string? type = null;
        var rest = bytes.AsSpan(0, length);
        while (rest.Length >= sizeof(int))
        {
            var size = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(rest);
            if (size < 0 || size > rest.Length - sizeof(int))
            {
                return null;
            }

            type ??= Encoding.ASCII.GetString(rest.Slice(sizeof(int), size));
            rest = rest[(sizeof(int) + size)..];
        }

        return rest.IsEmpty ? type : null;
    }

    [GeneratedRegex(@"\A(?=.{1,200}\z)[A-Za-z0-9_@#+=][A-Za-z0-9._/+@#=-]*\z")]
    private static partial Regex BranchCharacters();

    [GeneratedRegex(@"\A(?<names>[A-Za-z0-9|\[*?!][A-Za-z0-9._,:\[\]*?!|+/=-]*)[ \t]+(?<type>[a-z0-9@.-]+)[ \t]+(?<key>[A-Za-z0-9+/]+={0,2})(?:[ \t]+[^\x00-\x1f\x7f]*)?\z")]
    private static partial Regex KnownHostForm();
}
