using System.Management.Automation;
using System.Text;
using Fluid;
using Fluid.Values;

namespace HostingDeploy.Templates;

/// <summary>The texts the module publishes, in Liquid. A file of the same name beside hosting.yml replaces one.</summary>
internal static class TemplateLibrary
{
    private static readonly FluidParser s_parser = new();
    private static readonly TemplateOptions s_options = Options();

    /// <summary>Renders a template for the app.</summary>
    /// <param name="name">File name, such as <c>puma.service.liquid</c>.</param>
    /// <param name="app">The app; templates see it as <c>app</c>.</param>
    /// <param name="values">What else the template sees, by name.</param>
    internal static string Render(string name, HostingApp app, params (string Name, object Value)[] values)
    {
        string own = Path.Combine(app.HostingFolder, name);
        string text = File.Exists(own) ? File.ReadAllText(own) : Remote.RemoteLibrary.Read($"Templates/{name}");
        if (!s_parser.TryParse(text, out IFluidTemplate? template, out string? error))
        {
            throw Invalid(own, error);
        }

        var context = new TemplateContext(s_options);
        context.SetValue("app", Describe(app));
        foreach ((string key, object value) in values)
        {
            context.SetValue(key, value);
        }

        try
        {
            return template.Render(context).ReplaceLineEndings("\n");
        }
        catch (FluidException e)
        {
            throw Invalid(own, e.Message);
        }
    }

    private static DeployException Invalid(string file, string error) =>
        new("TemplateInvalid", ErrorCategory.ParserError, $"{file}: {error}", file, "Correct the template, or remove it to use the module's own.");

    private static Dictionary<string, object> Describe(HostingApp app) => new()
    {
        ["name"] = app.Name,
        ["title"] = app.Title,
        ["user"] = app.User,
        ["domain"] = app.Domain,
        ["aliases"] = app.Aliases,
        ["path"] = app.SubFolder,
        ["branch"] = app.Branch,
    };

    private static TemplateOptions Options()
    {
        // A misspelt name would otherwise be an empty text in a unit.
        var options = new TemplateOptions { StrictVariables = true, StrictFilters = true };

        options.Filters.AddFilter("systemd", (input, _, _) => new StringValue(Systemd(input.ToStringValue())));

        // nginx variables know letters, digits and underscores.
        options.Filters.AddFilter("identifier", (input, _, _) => new StringValue(Identifier(input.ToStringValue())));
        return options;
    }

    /// <summary>systemd.unit(5): % begins a specifier. A backslash is itself, but for one at the end of a line, which continues it.</summary>
    private static string Systemd(string text)
    {
        bool continues = text.Reverse().TakeWhile(c => c == '\\').Count() % 2 == 1;
        return text.Replace("%", "%%", StringComparison.Ordinal) + (continues ? "\\" : string.Empty);
    }

    private static string Identifier(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            result.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return result.ToString();
    }
}
