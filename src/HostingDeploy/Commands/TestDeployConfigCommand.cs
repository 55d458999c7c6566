using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Tells whether a hosting.yml is right, and what is wrong with it.</summary>
/// <remarks>Every problem is an error of its own with file, line and column. Nothing is connected to. With -Quiet the answer is only true or false.</remarks>
/// <example>
/// <code>Test-DeployConfig</code>
/// <para>Checks the nearest hosting.yml.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "DeployConfig")]
[OutputType(typeof(bool))]
public sealed class TestDeployConfigCommand : PSCmdlet
{
    /// <summary>The hosting.yml to check. Default: the one in the current location or a folder above it, or the file named by the environment variable HOSTING_FILE.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Path", "FullName")]
    public string? HostingFile { get; set; }

    /// <summary>Write no errors, only true or false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            NearestHostingFile.Load(SessionState, HostingFile);
            WriteObject(true);
        }
        catch (HostingFileException e)
        {
            foreach (HostingFileProblem problem in Quiet ? [] : e.Problems)
            {
                WriteError(new DeployException(e.ErrorId, e.Category, problem.ToString(), problem).ToErrorRecord());
            }

            WriteObject(false);
        }
        catch (DeployException e)
        {
            ThrowTerminatingError(e.ToErrorRecord());
        }
    }
}
