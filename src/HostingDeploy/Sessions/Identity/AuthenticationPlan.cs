using System.Management.Automation;
using System.Security;
using Renci.SshNet;

namespace HostingDeploy.Sessions.Identity;

/// <summary>What a person, or hosting.yml, gave to log in with, beside ssh_config.</summary>
internal sealed record AuthenticationOptions
{
    /// <summary>Key files asked for. They come before everything but their own keys in the agent, and what is wrong with one is an error at once.</summary>
    public IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary>The passphrase of the key files.</summary>
    public SecureString? Passphrase { get; init; }

    /// <summary>Asks for the passphrase of a key file.</summary>
    public Func<string, SecureString?>? AskPassphrase { get; init; }

    /// <summary>The password to log in with.</summary>
    public PSCredential? Credential { get; init; }

    /// <summary>Asks a question of the server, such as for a password.</summary>
    public Func<string, SecureString?>? AskPassword { get; init; }

    public bool UseAgent { get; init; } = true;
}

/// <summary>How to log in: the methods in the order of ssh, and what to say when none of them succeeds. Nothing is asked before it is needed.</summary>
internal sealed class AuthenticationPlan : IDisposable
{
    private readonly SshHostSettings _settings;
    private readonly PasswordSource _passwords;

    private AuthenticationPlan(
        SshHostSettings settings,
        IReadOnlyList<AuthenticationMethod> methods,
        IReadOnlyList<LoginIdentity> identities,
        PasswordSource passwords,
        IReadOnlyList<string> notes)
    {
        _settings = settings;
        _passwords = passwords;
        Methods = methods;
        Identities = identities;
        Notes = notes;
    }

    public IReadOnlyList<AuthenticationMethod> Methods { get; }

    /// <summary>The keys that are offered, in order.</summary>
    public IReadOnlyList<LoginIdentity> Identities { get; }

    /// <summary>What was looked for and cannot be used, for verbose output.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Works out how to log in.</summary>
    public static AuthenticationPlan Create(SshHostSettings settings, AuthenticationOptions options)
    {
        var finder = new IdentityFinder(settings, options);
        bool publicKey = settings.PubkeyAuthentication && settings.PreferredAuthentications.Contains("publickey");
        IReadOnlyList<LoginIdentity> identities = publicKey ? finder.Find() : [];
        var methods = new List<AuthenticationMethod>();
        var passwords = new PasswordSource($"{settings.User}@{settings.Host}", options.Credential?.Password, options.AskPassword);
        bool canAnswer = passwords.Given is not null || passwords.AskPerson is not null;
        foreach (string method in settings.PreferredAuthentications)
        {
            switch (method)
            {
                case "publickey":
                    methods.AddRange(PublicKeyMethods(settings.User, identities));
                    break;
                case "keyboard-interactive" when canAnswer && settings.KbdInteractiveAuthentication:
                    methods.Add(new KeyboardInteractiveAuthentication(settings.User, passwords));
                    break;
                case "password" when canAnswer && settings.PasswordAuthentication:
                    methods.Add(new PasswordAuthentication(settings.User, passwords));
                    break;
            }
        }

        return methods.Count > 0
            ? new AuthenticationPlan(settings, methods, identities, passwords, finder.Notes)
            : throw AuthenticationErrors.NothingToTry(settings, finder.Notes);
    }

    /// <summary>The error for a login that failed; null when the exception means something else.</summary>
    /// <param name="exception">What the library threw.</param>
    /// <param name="serverName">What the person called the server.</param>
    public DeployException? Explain(Exception exception, string serverName) => AuthenticationErrors.Explain(exception, serverName, _settings, new LoginAttempt
    {
        Methods = [.. Methods.Where(m => m is PublicKeyAuthentication key ? key.WasTried : _passwords.HasAnswered).Select(m => m.Name).Distinct()],
        Identities = [.. Identities.Select(i => new TriedIdentity(i.Description, i.Failure, i.IsWanted))],
        KeyIsNotEnough = Methods.OfType<PublicKeyAuthentication>().Any(m => m.IsNotEnough),
        PasswordIsMissing = _passwords is { IsWanted: true, HasAnswered: false },
        LookedFor = Notes,
    });

    public void Dispose()
    {
        foreach (AuthenticationMethod method in Methods)
        {
            method.Dispose();
        }

        foreach (KeyFileIdentity identity in Identities.OfType<KeyFileIdentity>())
        {
            identity.Dispose();
        }
    }

    /// <summary>A file that must be opened to know its key gets a method of its own: the library looks at all keys of a method before it tries the first.</summary>
    private static IEnumerable<PublicKeyAuthentication> PublicKeyMethods(string user, IReadOnlyList<LoginIdentity> identities)
    {
        var together = new List<LoginIdentity>();
        foreach (LoginIdentity identity in identities)
        {
            if (identity.PublicKey is not null)
            {
                together.Add(identity);
                continue;
            }

            if (together.Count > 0)
            {
                yield return new PublicKeyAuthentication(user, [.. together]);
                together.Clear();
            }

            yield return new PublicKeyAuthentication(user, [identity]);
        }

        if (together.Count > 0)
        {
            yield return new PublicKeyAuthentication(user, together);
        }
    }
}
