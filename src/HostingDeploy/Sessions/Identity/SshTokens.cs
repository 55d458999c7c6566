using System.Text;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Replaces the tokens (<c>%h</c>), variables (<c>${NAME}</c>) and <c>~</c> of ssh_config values.</summary>
internal sealed class SshTokens
{
    private readonly SshConfigContext _context;
    private readonly Dictionary<char, string> _tokens;

    public SshTokens(SshConfigContext context, IReadOnlyDictionary<char, string> tokens)
    {
        _context = context;
        _tokens = new Dictionary<char, string>(tokens) { ['u'] = context.LocalUser, ['d'] = context.Home };
    }

    /// <summary>The value of <c>HostName</c>, in which <c>%h</c> is the host as it was named.</summary>
    public static string ExpandHostName(SshConfigLine line, string host) =>
        Expand(line, line.Argument, new Dictionary<char, string> { ['h'] = host }, variable: null);

    /// <summary>A path, with everything replaced.</summary>
    public string ExpandPath(SshConfigLine line, string path) => Expand(line, _context.ExpandHome(path), _tokens, _context.Variable);

    /// <summary>A command, in which the shell replaces variables.</summary>
    public string ExpandCommand(SshConfigLine line, string command) => Expand(line, command, _tokens, variable: null);

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
