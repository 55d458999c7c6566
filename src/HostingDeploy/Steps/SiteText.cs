namespace HostingDeploy.Steps;

using HostingDeploy.Remote;
using HostingDeploy.Templates;

/// <summary>
/// The nginx site in both its forms. The server takes the one with TLS as soon as it has the certificate: a site that names
/// a certificate before it exists would stop nginx for every site.
/// </summary>
internal static class SiteText
{
    private const string Template = "nginx-site.conf.liquid";

    internal static RemoteScript AddTo(RemoteScript script, HostingApp app) => script
        .With("LINEAGE", ServerPaths.Lineage(app))
        .With("SITE_HTTP", Render(app, tls: false))
        .With("SITE_TLS", Render(app, tls: true));

    private static string Render(HostingApp app, bool tls) => TemplateLibrary.Render(
        Template, app, ("tls", tls), ("lineage", ServerPaths.Lineage(app)), ("public", ServerPaths.Public(app)));
}
