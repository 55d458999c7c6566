using System.Management.Automation;
using Xunit;

namespace HostingDeploy.Tests.Secrets;

public sealed class SecretsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("secrets-").FullName;

    private string FilePath => Path.Combine(_folder, "it's.env");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void NamesAndValuesComeInTheOrderOfTheFile()
    {
        var secrets = Read(
            """
            # a comment

              # another
            PLAIN=value
            export EXPORTED=value
              INDENTED=  padded value  
            EMPTY=
            COMMENTED=value # comment
            HASH=pass#word
            ONLY_COMMENT= # comment
            LITERAL=$HOME `x` "q" 'q' \n a=b
            SINGLE='  $HOME "q" \n # '   # comment
            DOUBLE="  \$HOME \"q\" \\ \` a\tb # "
            LINES="one
            two\nthree"
            KEY='-----BEGIN-----
            # MIIE
            -----END-----
            '
            LAST="x"
            """);

        Assert.Equal(
            [
                ("PLAIN", "value"), ("EXPORTED", "value"), ("INDENTED", "padded value"), ("EMPTY", ""), ("COMMENTED", "value"),
                ("HASH", "pass#word"), ("ONLY_COMMENT", ""), ("LITERAL", "$HOME `x` \"q\" 'q' \\n a=b"), ("SINGLE", "  $HOME \"q\" \\n # "),
                ("DOUBLE", "  $HOME \"q\" \\ ` a\tb # "), ("LINES", "one\ntwo\nthree"),
                ("KEY", "-----BEGIN-----\n# MIIE\n-----END-----\n"), ("LAST", "x"),
            ],
            secrets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n# nothing\n")]
    public void FileMayBeEmpty(string text) => Assert.Empty(Read(text));

    [Fact]
    public void WindowsLineEndsAndByteOrderMarkAreFine() =>
        Assert.Equal([("A", "1"), ("B", "2\n3"), ("C", "4")], Read("\uFEFFA=1\r\nB=\"2\r\n3\"\r\nC=4\r\n"));

    [Theory]
    [InlineData("A=1\nhunter2\n", 2, 1, "NAME=value")]
    [InlineData("A=1\n  hunter2 x\n", 2, 1, "NAME=value")]
    [InlineData("A=1\nB =hunter2\n", 2, 1, "NAME=value")]
    [InlineData("1A=hunter2\n", 1, 1, "NAME=value")]
    [InlineData("A-B=hunter2\n", 1, 1, "NAME=value")]
    [InlineData("=hunter2\n", 1, 1, "NAME=value")]
    [InlineData("A=1\nB=2\n  A=hunter2\n", 3, 3, "A a second time (first on line 1)")]
    [InlineData("A=1\nB=\"hunter2\nC=3\n", 2, 3, "no closing \"")]
    [InlineData("A=1\nB='hunter2\n", 2, 3, "no closing '")]
    [InlineData("A=\"hunter2\" more\nB=1\n", 1, 12, "after the closing \"")]
    [InlineData("A='hunter2'hunter2\nB=1\n", 1, 12, "after the closing '")]
    [InlineData("A=\"x\nhunter2\\q\"\nB=1\n", 2, 8, "escapes nothing")]
    [InlineData("A=\"hunter2\\\n\"\nB=1\n", 1, 11, "escapes nothing")]
    [InlineData("A=\"hunter2\\", 1, 11, "no closing \"")]
    [InlineData("A=hunter2\0\nB=1\n", 1, 3, "NUL")]
    [InlineData("export RAILS_ENV=hunter2\n", 1, 8, "always production")]
    public void ProblemHasItsPlaceAndNoValue(string text, int line, int column, string message)
    {
        var failure = Assert.Throws<DeployException>(() => Read(text));

        Assert.Equal(("SecretsFileInvalid", ErrorCategory.InvalidData, FilePath), (failure.ErrorId, failure.Category, failure.Target));
        Assert.StartsWith($"it's.env:{line}:{column}: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllProblemsAreCollected()
    {
        var failure = Assert.Throws<DeployException>(() => Read("nothing\nA=1\nA=2\nB=\"\\q\"\nC='x'y\nD=\"open\n"));

        Assert.Equal(5, failure.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public void BytesThatAreNotUtf8AreRefused()
    {
        Write("");
        File.WriteAllBytes(FilePath, [(byte)'A', (byte)'=', (byte)'1', (byte)'\n', (byte)'B', (byte)'=', 0xFC]);

        Assert.StartsWith("it's.env:2:3: ", Assert.Throws<DeployException>(() => SecretsFile.Read(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFileIsNamed()
    {
        foreach (var path in (string[])[FilePath, Path.Combine(_folder, "none", "x.env")])
        {
            var failure = Assert.Throws<DeployException>(() => SecretsFile.Read(path));

            Assert.Equal(("SecretsFileMissing", ErrorCategory.ObjectNotFound, path), (failure.ErrorId, failure.Category, failure.Target));
        }
    }

    [Fact]
    public void FolderInPlaceOfAFileIsAnError() =>
        Assert.Equal("SecretsFileUnreadable", Assert.Throws<DeployException>(() => SecretsFile.Read(_folder)).ErrorId);

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void FileOthersCanOpenIsRefused(UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Write("A=1\n");
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        var link = Path.Combine(_folder, "link.env");
        File.CreateSymbolicLink(link, FilePath);

        var failure = Assert.Throws<DeployException>(() => SecretsFile.Read(FilePath));

        Assert.Equal(("SecretsFileTooOpen", ErrorCategory.SecurityError), (failure.ErrorId, failure.Category));
        Assert.Equal($@"chmod 600 '{_folder}/it'\''s.env'", failure.RecommendedAction);
        Assert.Equal("SecretsFileTooOpen", Assert.Throws<DeployException>(() => SecretsFile.Read(link)).ErrorId);
    }

    private IEnumerable<(string, string)> Read(string text)
    {
        Write(text);
        return SecretsFile.Read(FilePath).Select(s => (s.Key, s.Value.Reveal()));
    }

    private void Write(string text)
    {
        File.WriteAllText(FilePath, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
