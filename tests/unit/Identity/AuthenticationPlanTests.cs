using System.Management.Automation;
using HostingDeploy.Sessions.Identity;
using Renci.SshNet.Common;
using Xunit;

namespace HostingDeploy.Tests.Identity;

public sealed class AuthenticationPlanTests(KeyFiles files) : IClassFixture<KeyFiles>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keys_of_the_agent_that_are_configured_come_first_and_files_last()
    {
        using var agent = new RunningAgent(_folder);
        agent.Add(files.Folder.At("other"), files.Folder.At("ecdsa"));
        using AuthenticationPlan plan = Plan(agent, "", "ecdsa", "rsa-locked");
        Assert.Equal(["agent ecdsa", "agent other", "file rsa-locked"], Keys(plan));
        Assert.Equal(["publickey"], Methods(plan));
    }

    [Fact]
    public void IdentitiesOnly_leaves_out_other_keys_of_the_agent()
    {
        using var agent = new RunningAgent(_folder);
        agent.Add(files.Folder.At("other"), files.Folder.At("ecdsa"));
        using AuthenticationPlan plan = Plan(agent, "IdentitiesOnly yes", "ecdsa", "rsa-locked");
        Assert.Equal(["agent ecdsa", "file rsa-locked"], Keys(plan));
    }

    [Fact]
    public void A_key_that_was_asked_for_comes_before_other_keys_of_the_agent()
    {
        using var agent = new RunningAgent(_folder);
        agent.Add(files.Folder.At("other"), files.Folder.At("ecdsa"));
        using AuthenticationPlan plan = Plan(agent, "", new AuthenticationOptions { IdentityFiles = [files.Folder.At("chacha")] }, "ecdsa");
        Assert.Equal(["agent ecdsa", "file chacha", "agent other"], Keys(plan));
    }

    [Fact]
    public void The_public_half_is_enough_to_choose_a_key_of_the_agent()
    {
        using var agent = new RunningAgent(_folder);
        agent.Add(files.Folder.At("other"), files.Folder.At("ecdsa"));
        string file = _folder.Write("only.pub", File.ReadAllText(files.Folder.At("ecdsa.pub")), 0b110_100_100);
        SshHostSettings settings = Settings(agent.Socket, $"IdentitiesOnly yes\nIdentityFile {file}");
        using AuthenticationPlan plan = AuthenticationPlan.Create(settings, new AuthenticationOptions());
        Assert.Equal(["agent ecdsa"], Keys(plan));
        SshHostSettings beside = Settings(agent.Socket, $"IdentitiesOnly yes\nIdentityFile {_folder.At("only")}");
        using AuthenticationPlan besidePlan = AuthenticationPlan.Create(beside, new AuthenticationOptions());
        Assert.Equal(["agent ecdsa"], Keys(besidePlan));
    }

    [Fact]
    public void Certificates_go_with_their_key_wherever_it_is()
    {
        using var agent = new RunningAgent(_folder);
        agent.Add("-k", files.Folder.At("ed25519"));
        string certificate = _folder.Write("elsewhere", File.ReadAllText(files.Folder.At("ed25519-cert.pub")));
        string[] expected = ["ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519"];

        using AuthenticationPlan held = AuthenticationPlan.Create(Settings(agent.Socket, $"CertificateFile {certificate}"), new AuthenticationOptions());
        Assert.Equal(expected, Assert.Single(held.Identities).HostKeyAlgorithms.Select(a => a.Name));

        using AuthenticationPlan beside = Plan(agent, "", "ed25519");
        Assert.Equal(expected, Assert.Single(beside.Identities).HostKeyAlgorithms.Select(a => a.Name));

        string key = _folder.Write("key", File.ReadAllText(files.Folder.At("ed25519")));
        using AuthenticationPlan file = AuthenticationPlan.Create(
            Settings(null, $"CertificateFile {certificate}\nIdentityFile {key}"), new AuthenticationOptions());
        Assert.Equal(expected, Assert.Single(file.Identities).HostKeyAlgorithms.Select(a => a.Name));
        Assert.All(file.Identities[0].HostKeyAlgorithms, a => Assert.NotEmpty(a.Sign([1])));
    }

    [Fact]
    public void A_passphrase_is_asked_for_only_to_sign()
    {
        var asked = new List<string>();
        using AuthenticationPlan plan = Plan(null, "", Asking(asked), "rsa-locked", "ecdsa-pem-locked", "chacha");
        Assert.All(plan.Identities, i => Assert.NotEmpty(i.HostKeyAlgorithms));
        Assert.Empty(asked);
        Assert.NotEmpty(plan.Identities[2].HostKeyAlgorithms.First().Sign([1]));
        Assert.NotEmpty(plan.Identities[2].HostKeyAlgorithms.First().Sign([1]));
        Assert.Equal([files.Folder.At("chacha")], asked);
    }

    [Fact]
    public void A_protected_file_that_does_not_tell_its_key_stands_alone()
    {
        var asked = new List<string>();
        string silent = _folder.Write("silent", File.ReadAllText(files.Folder.At("rsa-pem-locked")));
        SshHostSettings settings = Settings(null, $"IdentityFile {files.Folder.At("ecdsa")}\nIdentityFile {silent}\nIdentityFile {files.Folder.At("ed25519")}");
        using AuthenticationPlan plan = AuthenticationPlan.Create(settings, Asking(asked));
        Assert.Equal(["publickey", "publickey", "publickey"], Methods(plan));
        Assert.Empty(asked);
        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256"], plan.Identities[1].HostKeyAlgorithms.Select(a => a.Name));
        Assert.Equal([silent], asked);
    }

    [Fact]
    public void A_pub_file_of_another_key_is_found_out()
    {
        string key = _folder.Write("key", File.ReadAllText(files.Folder.At("rsa-pem")));
        _folder.Write("key.pub", File.ReadAllText(files.Folder.At("ecdsa.pub")));
        using AuthenticationPlan plan = AuthenticationPlan.Create(Settings(null, $"IdentityFile {key}"), new AuthenticationOptions());
        DeployException error = Assert.Throws<DeployException>(() => plan.Identities[0].HostKeyAlgorithms.First().Sign([1]));
        Assert.Equal("KeyFileInvalid", error.ErrorId);
        Assert.Same(error, plan.Identities[0].Failure);
    }

    [Fact]
    public void What_is_wrong_with_a_file_asked_for_is_an_error_and_with_a_configured_one_a_note()
    {
        string missing = _folder.At("missing");
        Assert.Equal("KeyFileMissing", Assert.Throws<DeployException>(
            () => Plan(null, "", new AuthenticationOptions { IdentityFiles = [missing] }, "ecdsa")).ErrorId);
        using AuthenticationPlan plan = AuthenticationPlan.Create(
            Settings(null, $"IdentityFile {missing}\nIdentityFile {files.Folder.At("x25519.pub")}\nIdentityFile {files.Folder.At("ecdsa")}"), new AuthenticationOptions());
        Assert.Contains($"{missing}: no such file", plan.Notes);
        Assert.Equal(["file ecdsa"], Keys(plan));
    }

    [Fact]
    public void Without_its_agent_it_goes_on_with_the_files()
    {
        using AuthenticationPlan plan = AuthenticationPlan.Create(Settings(_folder.At("gone"), $"IdentityFile {files.Folder.At("ecdsa")}"), new AuthenticationOptions());
        Assert.Equal(["file ecdsa"], Keys(plan));
        Assert.Contains(plan.Notes, n => n.Contains(_folder.At("gone"), StringComparison.Ordinal));
    }

    [Fact]
    public void Methods_follow_the_configuration()
    {
        var options = new AuthenticationOptions { Credential = new PSCredential("deploy", PrivateKeyLoaderTests.Secret("secret")) };
        Assert.Equal(["publickey", "keyboard-interactive", "password"], Methods(Plan(null, "", options, "ecdsa")));
        Assert.Equal(["password", "publickey"], Methods(Plan(null, "PreferredAuthentications password,publickey", options, "ecdsa")));
        Assert.Equal(["publickey", "keyboard-interactive"], Methods(Plan(null, "PasswordAuthentication no", options, "ecdsa")));
        Assert.Equal(["publickey", "password"], Methods(Plan(null, "KbdInteractiveAuthentication no", options, "ecdsa")));
        Assert.Equal(["keyboard-interactive", "password"], Methods(Plan(null, "PubkeyAuthentication no", options, "ecdsa")));
        Assert.Equal(["publickey", "keyboard-interactive", "password"], Methods(Plan(null, "", new AuthenticationOptions { AskPassword = _ => null }, "ecdsa")));
    }

    [Fact]
    public void Nothing_to_try_says_where_it_looked()
    {
        SshHostSettings settings = SshConfig.Resolve("web1", "deploy", file: "none", context: new SshConfigContext(_folder.Root, "me", _ => null));
        DeployException error = Assert.Throws<DeployException>(() => AuthenticationPlan.Create(settings, new AuthenticationOptions()));
        Assert.Equal("NoAuthenticationMethod", error.ErrorId);
        Assert.Contains("no SSH agent", error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.At(".ssh/id_ed25519"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_server_asks_cannot_control_a_terminal()
    {
        string? asked = null;
        var source = new PasswordSource("deploy@web1", null, question => { asked = question; return null; });
        Assert.Null(source.Ask("\u001b[2J Password:\r\n"));
        Assert.Equal("deploy@web1: [2J Password", asked);
    }

    private static AuthenticationOptions Asking(List<string> asked) => new()
    {
        AskPassphrase = file =>
        {
            asked.Add(file);
            return PrivateKeyLoaderTests.Secret(KeyFiles.Passphrase);
        },
    };

    private static string[] Methods(AuthenticationPlan plan) => [.. plan.Methods.Select(m => m.Name)];

    private static string[] Keys(AuthenticationPlan plan) =>
    [
        .. plan.Identities.Select(i => i is KeyFileIdentity file ? "file " + Path.GetFileName(file.File) : "agent " + ((AgentIdentity)i).Comment),
    ];

    private AuthenticationPlan Plan(RunningAgent? agent, string configuration, params string[] keys) => Plan(agent, configuration, new AuthenticationOptions(), keys);

    private AuthenticationPlan Plan(RunningAgent? agent, string configuration, AuthenticationOptions options, params string[] keys) => AuthenticationPlan.Create(
        Settings(agent?.Socket, configuration + string.Concat(keys.Select(k => $"\nIdentityFile {files.Folder.At(k)}"))), options);

    private SshHostSettings Settings(string? socket, string configuration)
    {
        string file = _folder.Write("config", $"HostName host.example.com\nUser deploy\n{configuration}\n");
        return SshConfig.Resolve("web1", file: file, context: new SshConfigContext(_folder.Root, "me", name => name == "SSH_AUTH_SOCK" ? socket : null));
    }
}
