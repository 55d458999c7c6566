namespace HostingDeploy.Remote;

/// <summary>The one place where a value becomes part of another language's text.</summary>
internal static class Quote
{
    /// <summary>A word for a POSIX shell: nothing in it is expanded.</summary>
    internal static string Shell(string value) => "'" + value.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>An SQL string literal, whatever standard_conforming_strings is set to (PostgreSQL: 4.1.2.1, 4.1.2.2).</summary>
    internal static string SqlLiteral(string value) =>
        value.Contains('\\', StringComparison.Ordinal)
            ? "E'" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'"
            : "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>An SQL identifier (PostgreSQL: 4.1.1).</summary>
    internal static string SqlIdentifier(string value) => "\"" + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
