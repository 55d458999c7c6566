using System.Text;

namespace HostingDeploy.Tests.Remote;

/// <summary>How PostgreSQL reads quoted text (4.1.1, 4.1.2.1, 4.1.2.2), with standard_conforming_strings on or off.</summary>
internal static class SqlLexer
{
    /// <summary>The value of the literal the text begins with, and how much of the text it took.</summary>
    internal static (string Value, int Length) ReadLiteral(string text)
    {
        bool escapes = text[0] == 'E';
        var value = new StringBuilder();
        for (int i = escapes ? 2 : 1; ; i++)
        {
            if (text[i] == '\'')
            {
                if (i + 1 == text.Length || text[i + 1] != '\'')
                {
                    return (value.ToString(), i + 1);
                }

                i++;
            }
            else if (text[i] == '\\')
            {
                // Where the setting decides what a backslash means, none may stand.
                i = escapes ? i + 1 : throw new FormatException("a backslash outside of E''");
                if (text[i] != '\\')
                {
                    throw new FormatException("an escape that was not meant");
                }
            }

            value.Append(text[i]);
        }
    }

    internal static (string Value, int Length) ReadIdentifier(string text)
    {
        var value = new StringBuilder();
        for (int i = 1; ; i++)
        {
            if (text[i] == '"')
            {
                if (i + 1 == text.Length || text[i + 1] != '"')
                {
                    return (value.ToString(), i + 1);
                }

                i++;
            }

            value.Append(text[i]);
        }
    }
}
