using HostingDeploy.Templates;
using HostingDeploy.Tests.Identity;
using Xunit;

namespace HostingDeploy.Tests.Templates;

/// <summary>Templates: the module's own, and those beside hosting.yml.</summary>
public sealed class TemplateLibraryTests : IDisposable
{
    private const string Name = "puma.service.liquid";

    private readonly TempFolder _folder = new();

    private HostingApp App => Rendered.App(title: "Shop & \"Co\"", folder: _folder.Root);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_is_left_to_fill_in() => Assert.All(Rendered.All(App), text =>
    {
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
        Assert.DoesNotContain("{%", text, StringComparison.Ordinal);
        Assert.DoesNotContain("puma_;", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
    });

    [Fact]
    public void A_template_beside_hosting_yml_replaces_the_module_s()
    {
        _folder.Write(Name, "# {{ app.title }} of {{ app.user }} for {{ app.domain }}{% for a in app.aliases %} {{ a }}{% endfor %}\r\n");
        Assert.Equal("# Shop & \"Co\" of deployer for shop.example.org www.shop.example.org shop.example.net\n", TemplateLibrary.Render(Name, App));
        Assert.Contains("[Socket]", Rendered.Socket(App), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\\")]
    [InlineData("\\\\")]
    [InlineData("\\\\\\")]
    [InlineData("100%\\")]
    public void A_title_at_the_end_of_a_unit_s_line_leaves_the_next_one_alone(string end)
    {
        // systemd.syntax(7): an odd backslash there continues the line.
        _folder.Write(Name, "Description={{ app.title | systemd }}\nRequires=x\n");
        string[] lines = TemplateLibrary.Render(Name, App with { Title = "Shop" + end }).Split('\n');
        Assert.Equal(0, lines[0].Reverse().TakeWhile(c => c == '\\').Count() % 2);
        Assert.Equal("Requires=x", lines[1]);
    }

    [Theory]
    [InlineData("{{ app.title")]
    [InlineData("{% if app %}")]
    [InlineData("{% nonsense %}")]
    [InlineData("User={{ app.usr }}")]
    [InlineData("User={{ user }}")]
    [InlineData("Description={{ app.title | sytemd }}")]
    public void A_broken_template_is_an_error_that_names_it(string text)
    {
        string file = _folder.Write(Name, text);
        DeployException broken = Assert.Throws<DeployException>(() => TemplateLibrary.Render(Name, App));
        Assert.Equal("TemplateInvalid", broken.ErrorId);
        Assert.Contains(file, broken.Message, StringComparison.Ordinal);
        Assert.NotNull(broken.RecommendedAction);
    }
}
