namespace HostingDeploy.Steps;

/// <summary>The app's environment without its secrets: one text for bundler, rake and Puma, so that all see the same.</summary>
internal static class AppEnvironment
{
    /// <summary>The text of app.env.</summary>
    internal static string Render(HostingApp app) =>
        SystemdEnvironmentFile.Render(Variables(app).Select(v => new KeyValuePair<string, Secret>(v.Key, new Secret(v.Value)))).Reveal();

    /// <summary>PATH for everything that runs as the app.</summary>
    internal static string SearchPath(HostingApp app) =>
        (app.RubyPath is null ? string.Empty : app.RubyPath + ":") + "/usr/local/bin:/usr/bin:/bin";

    private static IEnumerable<KeyValuePair<string, string>> Variables(HostingApp app)
    {
        string root = ServerPaths.Root(app);
        var own = new Dictionary<string, string>
        {
            ["RAILS_ENV"] = "production",
            ["RACK_ENV"] = "production",
            ["NODE_ENV"] = "production",
            ["LANG"] = "C.UTF-8",
            ["PATH"] = SearchPath(app),
            ["HOME"] = root + "/shared/home",

            // Bundler: what is locked, without what production must not have, outside the release, where the app itself cannot
            // write: neither gems nor settings. In the environment, since the flags are gone in Bundler 4 and would leave a
            // .bundle/config in the release before.
            ["BUNDLE_DEPLOYMENT"] = "true",
            ["BUNDLE_WITHOUT"] = "development:test",
            ["BUNDLE_PATH"] = root + "/bundle",
            ["BUNDLE_APP_CONFIG"] = root + "/bundle/.settings",
        };

        // hosting.yml may add and adjust; what makes it production is not up for discussion there.
        return own.Where(v => !app.Environment.ContainsKey(v.Key)).Concat(app.Environment);
    }
}
