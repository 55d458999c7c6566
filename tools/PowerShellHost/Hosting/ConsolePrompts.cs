using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace HostingDeploy.PowerShellHost.Hosting;

/// <summary>Asks the person at the keyboard, or says clearly that nobody can be asked.</summary>
internal sealed partial class ConsoleUserInterface
{
    public override string ReadLine()
    {
        EnsureCanAsk("a line of input");
        return Console.ReadLine() ?? throw NobodyThere("a line of input");
    }

    public override SecureString ReadLineAsSecureString()
    {
        EnsureCanAsk("a secret");
        var secret = new SecureString();
        if (Console.IsInputRedirected)
        {
            foreach (char c in Console.ReadLine() ?? throw NobodyThere("a secret"))
            {
                secret.AppendChar(c);
            }

            return secret;
        }

        for (ConsoleKeyInfo key = Console.ReadKey(true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(true))
        {
            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
                Write("\b \b");
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
                Write("*");
            }
        }

        WriteLine();
        return secret;
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        EnsureCanAsk(string.Join(", ", descriptions.Select(d => d.Name)));
        WriteHeading(caption, message);
        var answers = new Dictionary<string, PSObject>(StringComparer.OrdinalIgnoreCase);
        foreach (FieldDescription field in descriptions)
        {
            answers[field.Name] = PSObject.AsPSObject(AskFor(field));
        }

        return answers;
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        EnsureCanAsk(message);
        List<(string Key, string Text)> keys = [.. choices.Select(ReadHotKey)];
        while (true)
        {
            WriteHeading(caption, message);
            foreach ((string key, string text) in keys)
            {
                Write($"[{key}] {text}  ");
            }

            string suffix = defaultChoice >= 0 ? $" (default is \"{keys[defaultChoice].Key}\")" : "";
            Write($"[?] Help{suffix}: ");
            string answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            int chosen = keys.FindIndex(k => Same(k.Key, answer) || Same(k.Text, answer));
            if (chosen >= 0)
            {
                return chosen;
            }

            if (answer == "?")
            {
                for (int i = 0; i < choices.Count; i++)
                {
                    WriteLine($"{keys[i].Key} - {choices[i].HelpMessage}");
                }
            }
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        EnsureCanAsk("a credential");
        WriteHeading(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            Write("User: ");
            userName = ReadLine();
        }

        Write($"Password for user {userName}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    private object? AskFor(FieldDescription field)
    {
        Type type = LanguagePrimitives.ConvertTo<Type>(field.ParameterAssemblyFullName is { Length: > 0 } name
            ? Type.GetType(name) ?? typeof(string)
            : typeof(string));
        if (type == typeof(SecureString))
        {
            Write($"{field.Name}: ");
            return ReadLineAsSecureString();
        }

        if (type == typeof(PSCredential))
        {
            return PromptForCredential("", "", "", "");
        }

        if (type.IsArray || typeof(IList).IsAssignableFrom(type))
        {
            return LanguagePrimitives.ConvertTo(AskForList(field.Name), type, null);
        }

        while (true)
        {
            Write($"{field.Name}: ");
            string answer = ReadLine();
            if (LanguagePrimitives.TryConvertTo(answer, type, out object value))
            {
                return value;
            }

            WriteErrorLine($"'{answer}' is not a {type.Name}.");
        }
    }

    private List<string> AskForList(string name)
    {
        var values = new List<string>();
        while (true)
        {
            Write($"{name}[{values.Count}]: ");
            string answer = ReadLine();
            if (answer.Length == 0)
            {
                return values;
            }

            values.Add(answer);
        }
    }

    private void WriteHeading(string caption, string message)
    {
        foreach (string line in new[] { caption, message })
        {
            if (!string.IsNullOrEmpty(line))
            {
                WriteLine(line);
            }
        }
    }

    private void EnsureCanAsk(string what)
    {
        ClearProgress();
        if (!_canAsk)
        {
            throw new PSInvalidOperationException(
                $"PowerShell is in NonInteractive mode. Read and Prompt functionality is not available: {what}");
        }
    }

    private static PSInvalidOperationException NobodyThere(string what) =>
        new($"Standard input is at its end, so nobody can answer: {what}");

    private static (string Key, string Text) ReadHotKey(ChoiceDescription choice)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        string text = choice.Label.Replace("&", "", StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length
            ? (choice.Label[mark + 1].ToString().ToUpperInvariant(), text)
            : (text, text);
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
