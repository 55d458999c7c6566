using System.Text;

namespace HostingDeploy.Remote;

/// <summary>
/// A remote script with its parameters. They become shell variables in front of the script, so they travel on the shell's
/// stdin with it: no value, secret or not, ever stands in an argument list.
/// </summary>
internal sealed class RemoteScript(string name)
{
    private readonly StringBuilder _parameters = new();
    private readonly StringBuilder _before = new();

    /// <summary>Sets a parameter; null is the empty string.</summary>
    internal RemoteScript With(string parameter, string? value)
    {
        if (value is not null && value.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"{parameter} holds a NUL character.", nameof(value));
        }

        _parameters.Append(parameter).Append('=').Append(Quote.Shell(value ?? string.Empty)).Append('\n');
        return this;
    }

    /// <summary>Sets a parameter to one line a value; no value may hold a newline.</summary>
    internal RemoteScript WithLines(string parameter, IEnumerable<string> values) => With(parameter, string.Join('\n', values));

    /// <summary>A line of the library to run before the script.</summary>
    internal RemoteScript Before(string line)
    {
        _before.Append(line).Append('\n');
        return this;
    }

    /// <summary>What is sent.</summary>
    internal string Text => $"set -euo pipefail\n{_parameters}{_before}{RemoteLibrary.Read($"Steps/{name}.sh")}";
}
