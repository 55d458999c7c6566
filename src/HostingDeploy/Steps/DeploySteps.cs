namespace HostingDeploy.Steps;

/// <summary>All steps, in the order a deployment takes them.</summary>
internal static class DeploySteps
{
    internal static IReadOnlyList<DeployStep> All { get; } =
    [
        new DirectoryStep(), new PgUserStep(), new CloneStep(), new BundleStep(), new UnitStep(), new SecretsStep(), new CreateDatabaseStep(),
        new MigrateStep(), new AssetsStep(), new SiteStep(), new CertificateStep(), new NginxStep(), new StartStep(), new VerifyStep(),
    ];
}
