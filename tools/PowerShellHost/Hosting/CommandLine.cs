using System.Management.Automation.Runspaces;

namespace HostingDeploy.PowerShellHost.Hosting;

/// <summary>The part of pwsh's command line that this host understands.</summary>
internal sealed class CommandLine
{
    public const string Usage =
        "Usage: PowerShellHost [-NoProfile] [-NonInteractive] [-NoLogo] [-NoExit] [[-File] <path> [<argument>...] | -Command <text>...]";

    public string? File { get; private set; }

    public List<CommandParameter> FileArguments { get; } = [];

    public string? Command { get; private set; }

    public bool NonInteractive { get; private set; }

    public bool NoExit { get; private set; }

    public bool IsInteractive => (File is null && Command is null) || NoExit;

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            switch (argument.ToUpperInvariant())
            {
                case "-NOPROFILE" or "-NOP" or "-NOLOGO":
                    break;
                case "-NONINTERACTIVE" or "-NONI":
                    line.NonInteractive = true;
                    break;
                case "-NOEXIT" or "-NOE":
                    line.NoExit = true;
                    break;
                case "-COMMAND" or "-C":
                    if (i + 1 == arguments.Count)
                    {
                        throw new CommandLineException($"-Command needs a text to run. {Usage}");
                    }

                    line.Command = string.Join(' ', arguments.Skip(i + 1));
                    return line;
                case "-FILE" or "-F":
                    if (i + 1 == arguments.Count)
                    {
                        throw new CommandLineException($"-File needs the path of a script. {Usage}");
                    }

                    line.SetFile(arguments[i + 1], arguments.Skip(i + 2));
                    return line;
                default:
                    if (argument.StartsWith('-'))
                    {
                        throw new CommandLineException($"The option '{argument}' is not known. {Usage}");
                    }

                    line.SetFile(argument, arguments.Skip(i + 1));
                    return line;
            }
        }

        return line;
    }

    private void SetFile(string path, IEnumerable<string> arguments)
    {
        File = Path.GetFullPath(path);
        if (!System.IO.File.Exists(File))
        {
            throw new CommandLineException(
                $"The argument '{path}' is not recognized as the name of a script file. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.");
        }

        FileArguments.AddRange(arguments.Select(ToParameter));
    }

    /// <summary>Turns <c>-Name</c>, <c>-Name:value</c> and plain values into what the parameter binder takes.</summary>
    private static CommandParameter ToParameter(string argument)
    {
        if (argument.Length < 2 || argument[0] != '-' || !(char.IsLetter(argument[1]) || argument[1] is '_' or '?'))
        {
            return new CommandParameter(null, argument);
        }

        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return new CommandParameter(argument);
        }

        string value = argument[(colon + 1)..];
        return new CommandParameter(argument[..colon], value.ToUpperInvariant() switch
        {
            "$TRUE" or "TRUE" => true,
            "$FALSE" or "FALSE" => false,
            _ => value,
        });
    }
}

/// <summary>The command line cannot be understood; the message says why.</summary>
internal sealed class CommandLineException(string message) : Exception(message)
{
    /// <summary>What pwsh returns for a bad command line.</summary>
    public const int ExitCode = 64;
}
