using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Lets a person write an app's name where a cmdlet takes the app: it is looked up in the nearest hosting.yml.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class HostingAppTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is string name
            ? NearestHostingFile.Load(engineIntrinsics.SessionState).GetApp(name)
            : value;
    }
}
