using Xunit;

namespace HostingDeploy.Tests.Templates;

/// <summary>The systemd units as they are published.</summary>
public sealed class UnitTemplateTests
{
    public static TheoryData<string> Titles => [.. Rendered.HostileTitles];

    [Theory]
    [MemberData(nameof(Titles))]
    public void A_title_is_only_ever_the_description(string title)
    {
        string plain = Rendered.Service(Rendered.App());
        string unit = Rendered.Service(Rendered.App(title: title));
        Assert.Equal(plain.Split('\n').Length, unit.Split('\n').Length);
        Assert.Equal(
            plain.Split('\n').Where(l => !l.StartsWith("Description=", StringComparison.Ordinal)),
            unit.Split('\n').Where(l => !l.StartsWith("Description=", StringComparison.Ordinal)));

        // systemd.unit(5): %% is a percent sign, and a backslash at the end of a line would swallow the next one.
        foreach (string text in new[] { unit, Rendered.Socket(Rendered.App(title: title)) })
        {
            string description = Assert.Single(Rendered.Settings(text)["Unit.Description"]);
            Assert.Contains(title, description.Replace("%%", "%", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.EndsWith("%i", description, StringComparison.Ordinal);
            Assert.DoesNotContain('%', description[..^2].Replace("%%", string.Empty, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Service.User", "deployer")]
    [InlineData("Service.Group", "deployer")]
    [InlineData("Service.NoNewPrivileges", "yes")]
    [InlineData("Service.CapabilityBoundingSet", "")]
    [InlineData("Service.AmbientCapabilities", "")]
    [InlineData("Service.ProtectSystem", "strict")]
    [InlineData("Service.ReadWritePaths", "/var/www/shop/shared")]
    [InlineData("Service.InaccessiblePaths", "-/etc/hosting -/var/lib/hosting -/run/dbus")]
    [InlineData("Service.PrivateTmp", "yes")]
    [InlineData("Service.PrivateDevices", "yes")]
    [InlineData("Service.ProtectKernelTunables", "yes")]
    [InlineData("Service.ProtectKernelModules", "yes")]
    [InlineData("Service.ProtectControlGroups", "yes")]
    [InlineData("Service.ProtectProc", "invisible")]
    [InlineData("Service.RestrictNamespaces", "yes")]
    [InlineData("Service.RestrictSUIDSGID", "yes")]
    [InlineData("Service.SystemCallArchitectures", "native")]
    [InlineData("Service.SystemCallFilter", "@system-service")]
    [InlineData("Service.UMask", "0027")]
    [InlineData("Service.Restart", "always")]
    public void The_service_is_hardened(string name, string value) =>
        Assert.Equal([value], Rendered.Settings(Rendered.Service(Rendered.App()))[name]);

    [Fact]
    public void The_service_finds_its_secrets_and_holds_none()
    {
        ILookup<string, string> settings = Rendered.Settings(Rendered.Service(Rendered.App()));
        Assert.Equal(["/etc/hosting/shop/app.env", "/etc/hosting/shop/secrets.env"], settings["Service.EnvironmentFile"]);
        Assert.All(settings["Service.Environment"], e => Assert.StartsWith("PIDFILE=/run/", e, StringComparison.Ordinal));
        Assert.DoesNotContain("SECRET_KEY_BASE", string.Concat(Rendered.All(Rendered.App())), StringComparison.Ordinal);
        Assert.DoesNotContain("RAILS_LOG_LEVEL", string.Concat(Rendered.All(Rendered.App())), StringComparison.Ordinal);
    }

    [Fact]
    public void The_socket_is_for_the_app_and_nginx_alone()
    {
        ILookup<string, string> settings = Rendered.Settings(Rendered.Socket(Rendered.App()));
        Assert.Equal(["0660"], settings["Socket.SocketMode"]);
        Assert.Equal(["deployer"], settings["Socket.SocketUser"]);
        Assert.Equal(["www-data"], settings["Socket.SocketGroup"]);
    }

    [Fact]
    public void Service_and_socket_speak_of_the_same_path()
    {
        string path = Assert.Single(Rendered.Settings(Rendered.Socket(Rendered.App()))["Socket.ListenStream"]);
        Assert.Contains($"unix://{path}", Assert.Single(Rendered.Settings(Rendered.Service(Rendered.App()))["Service.ExecStart"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop", "shop-a")]
    [InlineData("shop", "shop-b")]
    [InlineData("a", "a-a")]
    public void No_app_owns_a_folder_that_another_listens_in(string first, string second)
    {
        // systemd removes a RuntimeDirectory= when its service stops, with all that is inside.
        string[] own = [.. Slots().SelectMany(slot => Rendered.Settings(Rendered.Service(Rendered.App(first)))["Service.RuntimeDirectory"].Select(d => $"/run/{At(d, slot)}"))];
        string[] listening = [.. Slots().SelectMany(slot => Rendered.Settings(Rendered.Socket(Rendered.App(second)))["Socket.ListenStream"].Select(p => At(p, slot)))];
        Assert.DoesNotContain(listening, path => own.Any(folder => path.StartsWith(folder + "/", StringComparison.Ordinal)));
    }

    private static string[] Slots() => ["a", "b"];

    private static string At(string text, string slot) => text.Replace("%i", slot, StringComparison.Ordinal);
}
