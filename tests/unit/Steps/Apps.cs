using System.Reflection;
using System.Runtime.CompilerServices;
using HostingDeploy.Sessions;
using HostingDeploy.Steps;
using HostingDeploy.Tests.Identity;

namespace HostingDeploy.Tests.Steps;

/// <summary>The app of the specification, and what a server might answer to its steps.</summary>
internal static class Apps
{
    internal const string Password = "correct horse";
    internal const string KeyBase = "0123456789abcdef0123456789abcdef";

    internal static HostingApp Cigar { get; } = new()
    {
        Name = "cigar",
        Title = "Cigar Management System",
        Server = new HostingServer { Name = "web1" },
        Repository = "git@github.com:example/cigar.git",
        Domain = "cigars.remoteds.us",
        Database = new HostingDatabase { User = "cigar_management_system_production" },
    };

    /// <summary>The app with a secrets file of these lines.</summary>
    internal static HostingApp WithSecrets(TempFolder folder, params string[] lines) =>
        Cigar with { SecretsFile = folder.Write("cigar.env", string.Join('\n', lines) + "\n") };

    internal static HostingApp WithSecrets(TempFolder folder) =>
        WithSecrets(folder, $"SECRET_KEY_BASE={KeyBase}", $"DATABASE_PASSWORD=\"{Password}\"");

    internal static StepContext Context(HostingApp? app = null) => new(app ?? Cigar, null!);

    internal static ShellReply Reply(int status, params (string Name, string Value)[] facts) => Reply(status, [], facts);

    internal static ShellReply Reply(int status, string[] tail, params (string Name, string Value)[] facts) =>
        new(status, [.. facts.Select(f => new KeyValuePair<string, string>(f.Name, f.Value))], tail);

    /// <summary>What the cmdlet is given for a reply of status 0.</summary>
    internal static StepResult Result(DeployStep step, ShellReply reply, bool plan = false, StepContext? context = null)
    {
        context ??= Context();
        return (StepResult)Runner("Read").Invoke(null, [step, context, plan, context.Redactor.Value.Strike(reply), TimeSpan.FromSeconds(1)])!;
    }

    /// <summary>What the cmdlet is given for any other status.</summary>
    internal static StepFailedException Failure(DeployStep step, ShellReply reply, StepContext? context = null)
    {
        context ??= Context();
        return (StepFailedException)Runner("Failure").Invoke(null, [step, context, context.Redactor.Value.Strike(reply)])!;
    }

    /// <summary>A file of the repository.</summary>
    internal static string Repository(string path, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", path));

    private static MethodInfo Runner(string name) => typeof(StepRunner).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
}
