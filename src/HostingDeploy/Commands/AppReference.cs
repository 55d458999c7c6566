using System.Management.Automation;

namespace HostingDeploy;

using HostingDeploy.Commands;

/// <summary>
/// An app as a cmdlet is given it: the app itself, or its name in the nearest hosting.yml. The file is read when the cmdlet
/// runs, so that what is wrong with it is an error with an id and a next action, not one of parameter binding.
/// </summary>
public sealed class AppReference
{
    private readonly HostingApp? _app;
    private readonly string _name;

    internal AppReference(HostingApp app)
    {
        _app = app;
        _name = app.Name;
    }

    internal AppReference(string name) => _name = name;

    /// <inheritdoc/>
    public override string ToString() => _name;

    internal HostingApp Resolve(SessionState session) => _app ?? NearestHostingFile.Load(session).GetApp(_name);
}
