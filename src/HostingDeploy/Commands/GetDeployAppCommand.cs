using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Gets apps from hosting.yml.</summary>
/// <remarks>With -Session it emits the apps of that server together with the session, for a pipeline of step cmdlets typed by hand.</remarks>
/// <example>
/// <code>Get-DeployApp</code>
/// <para>All apps of the nearest hosting.yml.</para>
/// </example>
/// <example>
/// <code>Get-DeployApp cigar -Session $s | New-AppDirectory | Invoke-RemoteGitClone | Install-AppBundle</code>
/// <para>The first steps of a deployment, by hand.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "DeployApp")]
[OutputType(typeof(HostingApp), typeof(AppTarget))]
public sealed class GetDeployAppCommand : PSCmdlet
{
    /// <summary>Names of apps; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The session the apps are to be deployed through.</summary>
    [Parameter]
    [LiveSession]
    public DeploySession? Session { get; set; }

    /// <summary>The hosting.yml to read. Default: the one in the current location or a folder above it, or the file named by the environment variable HOSTING_FILE.</summary>
    [Parameter]
    public string? HostingFile { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            HostingFile file = NearestHostingFile.Load(SessionState, HostingFile);
            foreach (string name in Name)
            {
                IEnumerable<HostingApp> apps = WildcardPattern.ContainsWildcardCharacters(name)
                    ? file.Apps.Where(a => new WildcardPattern(name, WildcardOptions.IgnoreCase).IsMatch(a.Name))
                    : [file.GetApp(name)];
                foreach (HostingApp app in apps)
                {
                    WriteObject(Session is null ? app : new AppTarget(app, Session));
                }
            }
        }
        catch (DeployException e)
        {
            ThrowTerminatingError(e.ToErrorRecord());
        }
    }
}
