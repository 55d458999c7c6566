using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Replaces the tokens (<c>%h</c>), variables (<c>${NAME}</c>) and <c>~</c> of ssh_config values.</summary>
internal sealed class SshTokens
{
    private readonly SshConfigContext _context;
    private readonly Dictionary<char, string> _tokens;

    public SshTokens(SshConfigContext context, SshTokenValues values)
    {
        string port = values.Port.ToString(CultureInfo.InvariantCulture);
        string here = SshConfigContext.LocalHost;
        _context = context;
        _tokens = new Dictionary<char, string>
        {
            ['h'] = values.HostName,
            ['n'] = values.Host,
            ['p'] = port,
            ['r'] = values.User,
            ['k'] = values.HostKeyName,
            ['j'] = values.JumpHost,
            ['u'] = context.LocalUser,
            ['d'] = context.Home,
            ['i'] = SshConfigContext.LocalUserNumber,
            ['l'] = here,
            ['L'] = here.Split('.')[0],
            ['C'] = Hash(here + values.HostName + port + values.User + values.JumpHost),
        };
    }

    /// <summary>The value of <c>HostName</c>, in which <c>%h</c> is the host as it was named.</summary>
    public static string ExpandHostName(SshConfigLine line, string host) =>
        Expand(line, line.Argument, new Dictionary<char, string> { ['h'] = host }, variable: null);

    /// <summary>A path, with everything replaced.</summary>
    public string ExpandPath(SshConfigLine line, string path) => Expand(line, _context.ExpandHome(path), _tokens, _context.Variable);

    /// <summary>A command, in which the shell replaces variables.</summary>
    public string ExpandCommand(SshConfigLine line, string command) => Expand(line, command, _tokens, variable: null);

    private static string Hash(string text) =>
#pragma warning disable CA5350 // A name for the connection, which ssh makes with SHA-1; it protects nothing.
        Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
#pragma warning restore CA5350

    private static string Expand(SshConfigLine line, string value, Dictionary<char, string> tokens, Func<string, string?>? variable)
    {
        var result = new StringBuilder();
        for (int i = 0; i < value.Length; i++)
        {
            char next = i + 1 < value.Length ? value[i + 1] : '\0';
            if (value[i] == '%')
            {
                result.Append(next == '%' ? "%" : tokens.GetValueOrDefault(next) ?? throw line.Invalid($"'%{next}' is no token that can be replaced here"));
                i++;
            }
            else if (value[i] == '$' && next == '{' && variable is not null)
            {
                int end = value.IndexOf('}', i);
                string name = end < 0 ? "" : value[(i + 2)..end];
                result.Append(variable(name) ?? throw line.Invalid($"the environment variable '{name}' is not set"));
                i = end;
            }
            else
            {
                result.Append(value[i]);
            }
        }

        return result.ToString();
    }
}

/// <summary>What the tokens stand for.</summary>
/// <param name="Host">The host as it was named.</param>
/// <param name="HostName">The host to connect to.</param>
/// <param name="Port">The port.</param>
/// <param name="User">The login user.</param>
/// <param name="HostKeyName">The name its host key is looked up by.</param>
/// <param name="JumpHost">The last jump host; empty without one.</param>
internal sealed record SshTokenValues(string Host, string HostName, int Port, string User, string HostKeyName, string JumpHost);
