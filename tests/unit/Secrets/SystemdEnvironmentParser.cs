using System.Text;

namespace HostingDeploy.Tests.Secrets;

/// <summary>
/// Reads an EnvironmentFile= as systemd does, written from its documented rules and independent of the code under test:
/// comments, quoted parts next to each other, backslashes, continued lines, whitespace around values.
/// </summary>
internal static class SystemdEnvironmentParser
{
    public static IReadOnlyList<(string Name, string Value)> Parse(string text)
    {
        var result = new List<(string, string)>();
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else if (text[at] is '#' or ';')
            {
                at = EndOfLine(text, at);
            }
            else if (text.IndexOf('=', at) is var equals && equals >= 0 && equals < EndOfLine(text, at))
            {
                var name = text[at..equals].TrimEnd();
                at = equals + 1;
                result.Add((name, ReadValue(text, ref at)));
            }
            else
            {
                at = EndOfLine(text, at);
            }
        }

        return result;
    }

    private static string ReadValue(string text, ref int at)
    {
        var value = new StringBuilder();
        while (at < text.Length && text[at] is not ('\n' or '\r'))
        {
            switch (text[at])
            {
                case '"':
                    ReadDoubleQuoted(text, ref at, value);
                    break;
                case '\'':
                    var end = text.IndexOf('\'', at + 1);
                    value.Append(text, at + 1, end - at - 1);
                    at = end + 1;
                    break;
                case ' ' or '\t':
                    at++;
                    break;
                default:
                    ReadBare(text, ref at, value);
                    return value.ToString();
            }
        }

        return value.ToString();
    }

    private static void ReadDoubleQuoted(string text, ref int at, StringBuilder value)
    {
        for (at++; text[at] != '"'; at++)
        {
            if (text[at] != '\\')
            {
                value.Append(text[at]);
                continue;
            }

            at++;
            if (text[at] is '"' or '\\' or '`' or '$')
            {
                value.Append(text[at]);
            }
            else if (text[at] != '\n')
            {
                value.Append('\\').Append(text[at]);
            }
        }

        at++;
    }

    private static void ReadBare(string text, ref int at, StringBuilder value)
    {
        for (; at < text.Length && text[at] is not ('\n' or '\r'); at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
                if (text[at] == '\n')
                {
                    continue;
                }
            }

            value.Append(text[at]);
        }
    }

    private static int EndOfLine(string text, int at) => text.IndexOfAny(['\n', '\r'], at) is var end and >= 0 ? end : text.Length;
}
