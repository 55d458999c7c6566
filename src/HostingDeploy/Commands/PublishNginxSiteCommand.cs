using System.Management.Automation;

namespace HostingDeploy.Commands;

using HostingDeploy.Steps;

/// <summary>Publishes the nginx site of an app.</summary>
/// <remarks>The site is wholly the module's: certbot never edits it. It has TLS as soon as the certificate exists. The configuration is tested with the new site before that is written, with -WhatIf too; a site that nginx does not accept changes nothing. A file nginx-site.conf.liquid beside hosting.yml replaces the module's own.</remarks>
/// <example>
/// <code>Publish-NginxSite cigar -WhatIf</code>
/// <para>Shows what would change in the site.</para>
/// </example>
[Cmdlet(VerbsData.Publish, "NginxSite", SupportsShouldProcess = true)]
[OutputType(typeof(StepResult))]
public sealed class PublishNginxSiteCommand : StepCommand
{
    private protected override DeployStep Step { get; } = new SiteStep();
}
