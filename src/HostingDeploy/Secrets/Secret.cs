using System.Net;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace HostingDeploy;

/// <summary>
/// A value nobody prints. Converted to text, JSON or a PowerShell view it is <c>***</c>; it has no public property that
/// holds the value, so that no formatter, transcript or export finds one.
/// </summary>
[JsonConverter(typeof(SecretJsonConverter))]
public sealed class Secret : IEquatable<Secret>
{
    /// <summary>What every rendering of a secret shows.</summary>
    internal const string Mask = "***";

    private readonly string _value;

    /// <summary>Wraps a value.</summary>
    public Secret(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>Takes over what a person typed at a masked prompt.</summary>
    public Secret(SecureString value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = new NetworkCredential("", value).Password;
    }

    /// <summary>The value, for the one place that sends it on.</summary>
    internal string Reveal() => _value;

    /// <inheritdoc/>
    public override string ToString() => Mask;

    /// <summary>Whether both hold the same value; takes the same time wherever they differ.</summary>
    public bool Equals(Secret? other) => other is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.Unicode.GetBytes(_value), Encoding.Unicode.GetBytes(other._value));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <summary>A hash that differs from process to process and says nothing about the value outside of it.</summary>
    public override int GetHashCode() => _value.GetHashCode(StringComparison.Ordinal);
}
