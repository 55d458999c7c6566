using System.Management.Automation;

namespace HostingDeploy.Sessions.Identity;

/// <summary>The ways in which a private key file cannot be used.</summary>
internal static class KeyFileErrors
{
    public const string MissingId = "KeyFileMissing";
    public const string PassphraseWrongId = "KeyPassphraseWrong";

    public static DeployException Missing(string file) => new(
        MissingId,
        ErrorCategory.ObjectNotFound,
        $"There is no private key file '{file}'.",
        file,
        $"Name an existing file as identity file, or make a key with: ssh-keygen -t ed25519 -f '{file}'");

    public static DeployException Unreadable(string file, Exception cause) => new(
        "KeyFileUnreadable",
        ErrorCategory.PermissionDenied,
        $"The private key file '{file}' cannot be read: {cause.Message}",
        file,
        $"Make '{file}' readable for the user you are.",
        cause);

    public static DeployException TooOpen(string file, string mode) => new(
        "KeyFileTooOpen",
        ErrorCategory.SecurityError,
        $"The private key file '{file}' can be read by others (mode {mode}), so it is not used.",
        file,
        $"chmod 600 '{file}'");

    public static DeployException Invalid(string file, string reason, Exception? cause = null) => new(
        "KeyFileInvalid",
        ErrorCategory.InvalidData,
        $"'{file}' is not a usable private key: {reason}",
        file,
        "Name the file of a private key in OpenSSH, PEM, PKCS#8 or PuTTY format.",
        cause);

    public static DeployException OnlyPublic(string file) => new(
        "KeyFileInvalid",
        ErrorCategory.InvalidData,
        $"'{file}' holds a public key, and the SSH agent does not hold its private half.",
        file,
        "Add the private key to the SSH agent (ssh-add), or name the private key file.");

    public static DeployException TypeUnsupported(string file, string type, Exception? cause = null) => new(
        "KeyTypeUnsupported",
        ErrorCategory.NotImplemented,
        $"The private key file '{file}' holds a key that cannot be used from a file: {type}",
        file,
        "Add the key to the SSH agent (ssh-add), or use an ed25519, ecdsa or rsa key.",
        cause);

    public static DeployException PassphraseRequired(string file) => new(
        "KeyPassphraseRequired",
        ErrorCategory.AuthenticationError,
        $"The private key file '{file}' is protected by a passphrase, and none was given.",
        file,
        $"Add the key to the SSH agent with: ssh-add '{file}', or give its passphrase.");

    public static DeployException PassphraseWrong(string file, Exception cause) => new(
        PassphraseWrongId,
        ErrorCategory.AuthenticationError,
        $"The passphrase of the private key file '{file}' is wrong, or the file is damaged.",
        file,
        $"Try the passphrase with: ssh-keygen -y -f '{file}'",
        cause);

    public static DeployException CertificateInvalid(string file, string reason, Exception? cause = null) => new(
        "KeyCertificateInvalid",
        ErrorCategory.InvalidData,
        $"The certificate file '{file}' cannot be used: {reason}",
        file,
        "Name the certificate (-cert.pub) that was issued for this private key.",
        cause);
}
