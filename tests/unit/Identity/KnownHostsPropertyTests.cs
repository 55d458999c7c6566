using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HostingDeploy.Sessions.Identity;
using Xunit;

namespace HostingDeploy.Tests.Identity;

/// <summary>Compares with ssh-keygen: one run of it searches a file of 200 generated patterns for a generated host.</summary>
public sealed partial class KnownHostsPropertyTests(HostKeyMaker keys) : IClassFixture<HostKeyMaker>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 25, Arbitrary = [typeof(Batches)])]
    public void Matches_the_lines_that_ssh_keygen_finds(Batch batch)
    {
        string file = _folder.Write("known_hosts", string.Join('\n', batch.Patterns.Select(p => $"{p} {keys.First}")) + "\n");
        int[] expected = LinesFound(file, batch.Token);
        int[] actual = [.. KnownLines(file).Where(e => e.IsFor(batch.Token)).Select(e => e.Line)];
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Finds_every_host_that_ssh_keygen_has_hashed()
    {
        string[] tokens = [.. Enumerable.Range(0, 200).Select(i => i % 3 == 0 ? $"[h{i}.example.com]:{2200 + i}" : $"h{i}.example.com")];
        string file = _folder.Write("known_hosts", string.Join('\n', tokens.Select(t => $"{t} {keys.First}")) + "\n");
        Tool.Run("ssh-keygen", "-H", "-f", file);
        KnownHostEntry[] entries = KnownLines(file);
        Assert.DoesNotContain("example", File.ReadAllText(file), StringComparison.Ordinal);
        for (int i = 0; i < tokens.Length; i++)
        {
            Assert.Equal([i + 1], entries.Where(e => e.IsFor(tokens[i])).Select(e => e.Line));
        }
    }

    [Fact]
    public void Ssh_keygen_finds_hosts_hashed_here()
    {
        string file = _folder.At("known_hosts");
        KnownHostsWriter.Append(file, HostKeyNames.For("other", 22), keys.Second, hashName: true);
        KnownHostsWriter.Append(file, HostKeyNames.For("Web1", 2222), keys.First, hashName: true);
        Assert.Equal([2], LinesFound(file, "[web1]:2222"));
        Assert.Empty(LinesFound(file, "web1"));
    }

    private static KnownHostEntry[] KnownLines(string file) =>
        [.. File.ReadLines(file).Select((line, i) => KnownHostEntry.Parse(line, file, i + 1)).OfType<KnownHostEntry>()];

    private static int[] LinesFound(string file, string token)
    {
        // ssh-keygen ends with 1 when it finds nothing.
        string output = Tool.TryRun(null, "ssh-keygen", "-F", token, "-f", file).Output;
        return [.. FoundLine().Matches(output).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex(@"^# Host .* found: line (\d+)", RegexOptions.Multiline)]
    private static partial Regex FoundLine();

    public sealed record Batch(string Token, string[] Patterns);

    public static class Batches
    {
        public static Arbitrary<Batch> Batch()
        {
            // Few letters, so that patterns do match.
            Gen<string> host = Text("ab.", 1, 6);
            Gen<string> token = Gen.OneOf(host, host.Select(h => $"[{h}]:2222"));
            Gen<string> pattern = Gen.Frequency(
                (6, Text("aBb.*?", 1, 6)),
                (2, Text("ab.*?", 1, 5).Select(p => "!" + p)),
                (2, Text("ab.*?", 1, 6).Select(p => $"[{p}]:2222")),
                (1, host),
                (1, Gen.Constant("*")));
            Gen<string> list = from count in Gen.Choose(1, 3)
                               from parts in pattern.ArrayOf(count)
                               select string.Join(',', parts);
            return (from name in token from lists in list.ArrayOf(200) select new Batch(name, lists)).ToArbitrary();
        }

        private static Gen<string> Text(string letters, int shortest, int longest) =>
            from length in Gen.Choose(shortest, longest)
            from characters in Gen.Elements(letters.ToCharArray()).ArrayOf(length)
            select new string(characters);
    }
}
