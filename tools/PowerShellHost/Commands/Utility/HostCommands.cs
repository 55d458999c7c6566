using System.Collections;
using System.Management.Automation;
using System.Security;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>Writes to the host, through the information stream.</summary>
[Cmdlet(VerbsCommunications.Write, "Host")]
public sealed class WriteHostCommand : PSCmdlet
{
    private ConsoleColor? _foreground;
    private ConsoleColor? _background;

    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromRemainingArguments = true)]
    [Alias("Msg", "Message")]
    public object? Object { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter]
    public object Separator { get; set; } = " ";

    [Parameter]
    public ConsoleColor ForegroundColor
    {
        get => _foreground ?? (ConsoleColor)(-1);
        set => _foreground = value;
    }

    [Parameter]
    public ConsoleColor BackgroundColor
    {
        get => _background ?? (ConsoleColor)(-1);
        set => _background = value;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteInformation(
        new HostInformationMessage
        {
            Message = ToText(Object),
            NoNewLine = NoNewline,
            ForegroundColor = _foreground,
            BackgroundColor = _background,
        },
        ["PSHOST"]);

    private string ToText(object? value)
    {
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (plain is string or null || plain is not IEnumerable items)
        {
            return LanguagePrimitives.ConvertTo<string>(value) ?? "";
        }

        var text = new StringBuilder();
        string separator = LanguagePrimitives.ConvertTo<string>(Separator);
        foreach (object? item in items)
        {
            text.Append(text.Length > 0 ? separator : "").Append(ToText(item));
        }

        return text.ToString();
    }
}

/// <summary>Asks the person at the console for a line.</summary>
[Cmdlet(VerbsCommunications.Read, "Host", DefaultParameterSetName = "AsString")]
[OutputType(typeof(string), typeof(SecureString))]
public sealed class ReadHostCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromRemainingArguments = true)]
    [AllowNull]
    public object? Prompt { get; set; }

    [Parameter(ParameterSetName = "AsSecureString")]
    public SwitchParameter AsSecureString { get; set; }

    [Parameter(ParameterSetName = "AsString")]
    public SwitchParameter MaskInput { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Prompt is not null)
        {
            string prompt = Prompt is IEnumerable words and not string
                ? string.Join(' ', words.Cast<object>())
                : LanguagePrimitives.ConvertTo<string>(Prompt);
            Host.UI.Write($"{prompt}: ");
        }

        if (AsSecureString)
        {
            WriteObject(Host.UI.ReadLineAsSecureString());
        }
        else if (MaskInput)
        {
            using SecureString secret = Host.UI.ReadLineAsSecureString();
            WriteObject(new System.Net.NetworkCredential("", secret).Password);
        }
        else
        {
            WriteObject(Host.UI.ReadLine());
        }
    }
}

/// <summary>Gets the program that hosts the engine.</summary>
[Cmdlet(VerbsCommon.Get, "Host")]
public sealed class GetHostCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing() => WriteObject(Host);
}

/// <summary>Gets the culture of the session.</summary>
[Cmdlet(VerbsCommon.Get, "Culture")]
public sealed class GetCultureCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing() => WriteObject(Host.CurrentCulture);
}

/// <summary>Gets the culture of the user interface.</summary>
[Cmdlet(VerbsCommon.Get, "UICulture")]
public sealed class GetUICultureCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing() => WriteObject(Host.CurrentUICulture);
}
