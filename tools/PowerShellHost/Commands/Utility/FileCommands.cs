using System.Management.Automation;
using System.Security.Cryptography;

namespace Microsoft.PowerShell.Commands;

/// <summary>Gets the hash of files or of a stream.</summary>
[Cmdlet(VerbsCommon.Get, "FileHash", DefaultParameterSetName = "Path")]
[OutputType(typeof(FileHashInfo))]
public sealed class GetFileHashCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "StreamParameterSet")]
    public Stream? InputStream { get; set; }

    [Parameter(Position = 1)]
    [ValidateSet("SHA1", "SHA256", "SHA384", "SHA512", "MD5")]
    public string Algorithm { get; set; } = "SHA256";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputStream is not null)
        {
            Write(InputStream, null);
            return;
        }

        foreach (string path in LiteralPath.Select(GetUnresolvedProviderPathFromPSPath).Concat(Path.SelectMany(p => GetResolvedProviderPathFromPSPath(p, out _))))
        {
            try
            {
                using FileStream file = File.OpenRead(path);
                Write(file, path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                WriteError(new ErrorRecord(e, "FileReadError", ErrorCategory.ReadError, path));
            }
        }
    }

    private void Write(Stream stream, string? path)
    {
        var name = new HashAlgorithmName(Algorithm.ToUpperInvariant());
        using var hash = IncrementalHash.CreateHash(name);
        byte[] buffer = new byte[81920];
        for (int read = stream.Read(buffer); read > 0 && !Stopping; read = stream.Read(buffer))
        {
            hash.AppendData(buffer, 0, read);
        }

        WriteObject(new FileHashInfo(name.Name!, Convert.ToHexString(hash.GetHashAndReset()), path));
    }
}

/// <summary>The hash of a file.</summary>
public sealed class FileHashInfo(string algorithm, string hash, string? path)
{
    /// <summary>How the hash was made.</summary>
    public string Algorithm { get; } = algorithm;

    /// <summary>The hash, in hexadecimal digits.</summary>
    public string Hash { get; } = hash;

    /// <summary>The file; null for a stream.</summary>
    public string? Path { get; } = path;
}

/// <summary>Creates an empty file in the temporary folder.</summary>
[Cmdlet(VerbsCommon.New, "TemporaryFile", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class NewTemporaryFileCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess(System.IO.Path.GetTempPath()))
        {
            WriteObject(new FileInfo(System.IO.Path.GetTempFileName()));
        }
    }
}
