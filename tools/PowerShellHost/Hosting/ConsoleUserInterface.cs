using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;

namespace HostingDeploy.PowerShellHost.Hosting;

/// <summary>Writes every stream to the console. What asks the person at the keyboard is in ConsolePrompts.cs.</summary>
internal sealed partial class ConsoleUserInterface : PSHostUserInterface
{
    private const string Reset = "\u001b[0m";

    private readonly Lock _writing = new();
    private readonly ProgressLine _progress = new();
    private readonly bool _colors = HasColors();
    private readonly bool _canAsk;

    public ConsoleUserInterface(bool nonInteractive)
    {
        _canAsk = !nonInteractive;
        if (!_colors)
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }
    }

    public override PSHostRawUserInterface RawUI { get; } = new RawConsole();

    public override bool SupportsVirtualTerminal => _colors;

    public override void Write(string value) => Put(Console.Out, value, newLine: false);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Put(Console.Out, Paint(value, foregroundColor, backgroundColor), newLine: false);

    public override void WriteLine(string value) => Put(Console.Out, value, newLine: true);

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Put(Console.Out, Paint(value, foregroundColor, backgroundColor), newLine: true);

    public override void WriteErrorLine(string value) =>
        Put(Console.Error, Paint(value, PSStyle.Instance.Formatting.Error), newLine: true);

    public override void WriteWarningLine(string message) =>
        Put(Console.Out, Paint($"WARNING: {message}", PSStyle.Instance.Formatting.Warning), newLine: true);

    public override void WriteVerboseLine(string message) =>
        Put(Console.Out, Paint($"VERBOSE: {message}", PSStyle.Instance.Formatting.Verbose), newLine: true);

    public override void WriteDebugLine(string message) =>
        Put(Console.Out, Paint($"DEBUG: {message}", PSStyle.Instance.Formatting.Debug), newLine: true);

    public override void WriteInformation(InformationRecord record)
    {
        // The engine has already written the message through Write; this is the hook for hosts that keep records.
    }

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (Console.IsOutputRedirected)
        {
            return;
        }

        lock (_writing)
        {
            Console.Out.Write(_progress.Update(record, RawUI.WindowSize.Width));
        }
    }

    /// <summary>Takes the progress line off the terminal, so that what comes next starts on a clean line.</summary>
    public void ClearProgress()
    {
        lock (_writing)
        {
            Console.Out.Write(_progress.Clear());
        }
    }

    private void Put(TextWriter writer, string value, bool newLine)
    {
        string text = _colors ? value : new StringDecorated(value).ToString(OutputRendering.PlainText);
        lock (_writing)
        {
            Console.Out.Write(_progress.Clear());
            writer.Write(text);
            if (newLine)
            {
                writer.WriteLine();
            }
        }
    }

    private string Paint(string text, string style) => _colors ? style + text + Reset : text;

    private string Paint(string text, ConsoleColor foreground, ConsoleColor background)
    {
        if (!_colors)
        {
            return text;
        }

        // -1 is what the engine hands over for "the terminal's own colour".
        string style = (Enum.IsDefined(foreground) ? PSStyle.MapForegroundColorToEscapeSequence(foreground) : "")
            + (Enum.IsDefined(background) && background != RawUI.BackgroundColor ? PSStyle.MapBackgroundColorToEscapeSequence(background) : "");
        return style.Length == 0 ? text : style + text + Reset;
    }

    /// <summary>Colours are for a terminal that has them and a person who did not refuse them (https://no-color.org).</summary>
    private static bool HasColors() =>
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && !string.Equals(Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal);
}
