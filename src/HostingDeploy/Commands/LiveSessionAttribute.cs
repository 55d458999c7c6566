using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Says why a session that came out of another process is none: it is a picture of one, without the connection.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LiveSessionAttribute : ArgumentTransformationAttribute
{
    private static readonly string s_picture = "Deserialized." + typeof(DeploySession).FullName;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        inputData is PSObject wrapped && wrapped.TypeNames.Contains(s_picture)
            ? throw new ArgumentTransformationMetadataException(
                "A session cannot be passed to another process (Start-Job, Invoke-Command): the connection stays behind. Open one there with New-DeploySession, or use ForEach-Object -Parallel or Start-ThreadJob, which share it.")
            : inputData;
}
