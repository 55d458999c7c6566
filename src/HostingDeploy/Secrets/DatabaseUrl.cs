namespace HostingDeploy;

/// <summary>The address of a database in the form Rails reads from DATABASE_URL.</summary>
public static class DatabaseUrl
{
    /// <summary><c>postgresql://user:password@host:port/name</c>, every part percent-encoded (RFC 3986).</summary>
    /// <param name="user">The PostgreSQL role.</param>
    /// <param name="password">Its password.</param>
    /// <param name="host">Host name or IP address.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="name">The database.</param>
    public static Secret Compose(string user, Secret password, string host, int port, string name)
    {
        var address = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : Uri.EscapeDataString(host);
        return new Secret(FormattableString.Invariant(
            $"postgresql://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password.Reveal())}@{address}:{port}/{Uri.EscapeDataString(name)}"));
    }
}
