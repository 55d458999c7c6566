using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Takes an app or an app's name for a reference to it; anything else is left to binding by property name.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AppReferenceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string name => new AppReference(name),
            HostingApp app => new AppReference(app),
            _ => inputData,
        };
}
