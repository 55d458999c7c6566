using System.Globalization;
using System.Management.Automation;

namespace HostingDeploy.Sessions.Identity;

/// <summary>Finds the settings that ssh_config gives a host. Nothing is run: a <c>Match exec</c> counts as not met, and is noted.</summary>
internal static class SshConfig
{
    private const string AgentVariable = "SSH_AUTH_SOCK";
    private const string WindowsAgentPipe = @"\\.\pipe\openssh-ssh-agent";
    private const int DefaultPort = 22;

    private static readonly string[] s_defaultKeys = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];
    private static readonly string[] s_defaultMethods = ["gssapi-with-mic", "hostbased", "publickey", "keyboard-interactive", "password"];

    /// <summary>Reads the configuration for a host.</summary>
    /// <param name="host">The host as the person named it: an alias, a name or an address.</param>
    /// <param name="user">The user asked for; it wins over the files.</param>
    /// <param name="port">The port asked for; it wins over the files.</param>
    /// <param name="file">Read instead of the user's and the machine's file, as <c>ssh -F</c> does; <c>none</c> reads nothing.</param>
    /// <param name="context">Who reads it.</param>
    public static SshHostSettings Resolve(
        string host, string? user = null, int? port = null, string? file = null, SshConfigContext? context = null)
    {
        context ??= SshConfigContext.Current;
        var values = new SshConfigValues(user);
        var reader = new SshConfigReader(host, values, context);
        reader.Read(Sources(file, context));
        return Build(host, port, values, context) with { Notes = reader.Notes };
    }

    /// <summary>The error for a file that was asked for and is not there.</summary>
    public static DeployException Missing(string file) => new(
        "SshConfigMissing",
        ErrorCategory.ObjectNotFound,
        $"There is no SSH configuration file '{file}'.",
        file,
        "Name an existing file, or leave it out to use ~/.ssh/config.");

    private static SshConfigSource[] Sources(string? file, SshConfigContext context)
    {
        if (file is not null)
        {
            return file.Equals("none", StringComparison.OrdinalIgnoreCase) ? [] : [new(file, IsUser: true, CheckMode: false, Required: true)];
        }

        return
        [
            new(Path.Combine(context.UserFolder, "config"), IsUser: true, CheckMode: true, Required: false),
            new(Path.Combine(SshConfigContext.SystemFolder, "ssh_config"), IsUser: false, CheckMode: false, Required: false),
        ];
    }

    private static SshHostSettings Build(string host, int? explicitPort, SshConfigValues values, SshConfigContext context)
    {
        string hostName = values.HostNameFor(host).ToLowerInvariant();
        string user = values.User ?? context.LocalUser;
        int port = explicitPort ?? (values["port"] is { } line ? SshConfigValues.ParsePort(line) : DefaultPort);
        string? alias = values["hostkeyalias"]?.Argument.ToLowerInvariant();
        IReadOnlyList<SshJumpHost> jumps = values["proxyjump"] is { } jump ? SshConfigValues.ParseJump(jump) : [];
        var tokens = new SshTokens(context, new SshTokenValues(host, hostName, port, user, alias ?? host, jumps.Count > 0 ? jumps[^1].Host : ""));

        return new SshHostSettings
        {
            Host = host,
            HostName = hostName,
            User = user,
            Port = port,
            IdentityFiles = values.IdentityFiles.Count > 0
                ? Paths(values.IdentityFiles, tokens)
                : [.. s_defaultKeys.Select(name => Path.Combine(context.UserFolder, name))],
            IdentityFilesAreDefaults = values.IdentityFiles.Count == 0,
            CertificateFiles = Paths(values.CertificateFiles, tokens),
            IdentitiesOnly = values.Flag("identitiesonly", false),
            AgentSocket = AgentSocket(values["identityagent"], tokens, context),
            ProxyJump = jumps,
            ProxyCommand = ProxyCommand(values["proxycommand"], tokens),
            UserKnownHostsFiles = values["userknownhostsfile"] is { } userFiles
                ? [.. SshConfigValues.ParseFiles(userFiles).Select(path => tokens.ExpandPath(userFiles, path))]
                : [Path.Combine(context.UserFolder, "known_hosts"), Path.Combine(context.UserFolder, "known_hosts2")],
            GlobalKnownHostsFiles = values["globalknownhostsfile"] is { } globalFiles
                ? SshConfigValues.ParseFiles(globalFiles)
                : [Path.Combine(SshConfigContext.SystemFolder, "ssh_known_hosts"), Path.Combine(SshConfigContext.SystemFolder, "ssh_known_hosts2")],
            HostKeyAlias = alias,
            StrictHostKeyChecking = values["stricthostkeychecking"] is { } strict ? SshConfigValues.ParseStrict(strict) : StrictHostKeyChecking.Ask,
            ConnectTimeout = values["connecttimeout"] is { } timeout ? SshConfigValues.ParseTime(timeout) : null,
            PreferredAuthentications = values["preferredauthentications"]?.Argument.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? s_defaultMethods,
            PasswordAuthentication = values.Flag("passwordauthentication", true),
            KbdInteractiveAuthentication = values.Flag("kbdinteractiveauthentication", true),
            PubkeyAuthentication = values["pubkeyauthentication"]?.Argument.ToLowerInvariant() is not ("no" or "false"),
            HashKnownHosts = values.Flag("hashknownhosts", false),
        };
    }

    private static IReadOnlyList<string> Paths(IReadOnlyList<SshConfigLine> lines, SshTokens tokens) =>
    [
        .. lines.Where(l => !l.Argument.Equals("none", StringComparison.OrdinalIgnoreCase)).Select(l => tokens.ExpandPath(l, l.Argument)),
    ];

    private static string? ProxyCommand(SshConfigLine? line, SshTokens tokens) =>
        line is null || line.Rest.Equals("none", StringComparison.OrdinalIgnoreCase) ? null : tokens.ExpandCommand(line, line.Rest);

    private static string? AgentSocket(SshConfigLine? line, SshTokens tokens, SshConfigContext context)
    {
        string? socket = line?.Argument switch
        {
            null or AgentVariable => context.Variable(AgentVariable) ?? (OperatingSystem.IsWindows() ? WindowsAgentPipe : null),
            "none" => null,
            var name when name.StartsWith('$') && !name.StartsWith("${", StringComparison.Ordinal) => context.Variable(name[1..]),
            var path => tokens.ExpandPath(line, path),
        };
        return string.IsNullOrEmpty(socket) ? null : socket;
    }
}
