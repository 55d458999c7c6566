using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace HostingDeploy.Tests.Identity;

/// <summary>Compares whole generated configurations with <c>ssh -G</c>: what counts is the order of blocks, first values and matches.</summary>
public sealed class SshConfigPropertyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 80, Arbitrary = [typeof(Configurations)])]
    public void Reads_what_ssh_reads(Configuration configuration)
    {
        _folder.Write("included", string.Join('\n', configuration.Included) + "\n");
        string file = _folder.Write("config", string.Join('\n', configuration.Lines).Replace("{included}", _folder.At("included"), StringComparison.Ordinal) + "\n");
        SshConfigOracle.AssertSame(file, configuration.Host);
    }

    public sealed record Configuration(string Host, string[] Lines, string[] Included)
    {
        public override string ToString() => $"{Host}:\n{string.Join('\n', Lines)}\n--- included:\n{string.Join('\n', Included)}";
    }

    public static class Configurations
    {
        private static readonly string[] s_blocks =
        [
            "Host a", "Host b", "Host *", "Host a b", "Host !a *", "Host a* !ab", "Host ?b", "Host real", "Match all", "Match host a", "Match host real",
            "Match host a*,!ab", "Match !host a", "Match originalhost a user deploy", "Match user deploy,root", "Match !user deploy host a,b",
            "Match final", "Match canonical", "Match final host real", "Match !final host a",
        ];

        private static readonly string[] s_settings =
        [
            "User deploy", "User other", "Port 2201", "Port=2202", "HostName real", "HostName %h.real", "IdentityFile ~/.ssh/one", "IdentityFile \"/two keys\"",
            "IdentitiesOnly yes", "IdentitiesOnly no", "HostKeyAlias alias", "StrictHostKeyChecking no", "StrictHostKeyChecking accept-new",
            "ProxyJump x@y:1", "ProxyJump none", "ProxyCommand none", "UserKnownHostsFile /a /b", "UserKnownHostsFile none", "ConnectTimeout 5",
            "ConnectTimeout 2m", "# comment", "", "PasswordAuthentication no", "CertificateFile /c", "HashKnownHosts yes",
        ];

        public static Arbitrary<Configuration> Configuration()
        {
            Gen<string> line = Gen.Frequency((2, Gen.Elements(s_blocks)), (5, Gen.Elements(s_settings)));
            Gen<string> outer = Gen.Frequency((12, line), (1, Gen.Constant("Include {included}")));
            return (from host in Gen.Elements("a", "b", "ab", "c")
                    from lines in outer.ArrayOf(14)
                    from included in line.ArrayOf(5)
                    select new Configuration(host, lines, included)).ToArbitrary();
        }
    }
}
