using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text.Json;
using Xunit;

namespace HostingDeploy.Tests.Secrets;

/// <summary>However a secret is looked at, its value does not show.</summary>
public sealed class SecretTests
{
    private const string Value = "hunter2-€";
    private static readonly Secret s_secret = new(Value);

    [Fact]
    public void TextIsMasked()
    {
        Assert.Equal("***", s_secret.ToString());
        Assert.Equal("***", $"{s_secret}");
        Assert.Equal("***", string.Format(CultureInfo.InvariantCulture, "{0}", s_secret));
        Assert.Equal("***", (string)LanguagePrimitives.ConvertTo(s_secret, typeof(string), CultureInfo.InvariantCulture));
    }

    [Fact]
    public void JsonIsMaskedAndNotReadBack()
    {
        Assert.Equal("""{"Password":"***"}""", JsonSerializer.Serialize(new { Password = s_secret }));
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Deserialize<Secret>("\"***\""));
    }

    [Fact]
    public void NothingPublicHoldsTheValue()
    {
        Assert.Empty(typeof(Secret).GetProperties());
        Assert.Empty(typeof(Secret).GetFields());
        Assert.DoesNotContain(typeof(Secret).GetMethods(), m => m.Name == "Reveal");
    }

    [Fact]
    public void PowerShellExportIsMasked()
    {
        var exported = PSSerializer.Serialize(new PSObject(s_secret), depth: 5);

        Assert.Contains("***", exported, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exported, StringComparison.Ordinal);
    }

    [Fact]
    public void ValueIsThereForTheOneWhoSendsItOn()
    {
        Assert.Equal(Value, s_secret.Reveal());
        using var typed = new SecureString();
        foreach (var c in Value)
        {
            typed.AppendChar(c);
        }

        Assert.Equal(s_secret, new Secret(typed));
    }

    [Fact]
    public void SecretsAreComparedByValue()
    {
        Assert.True(s_secret.Equals(new Secret(Value)));
        Assert.Equal(s_secret.GetHashCode(), new Secret(Value).GetHashCode());
        Assert.False(s_secret.Equals(new Secret("hunter3-€")));
        Assert.False(s_secret.Equals(new Secret("")));
        Assert.False(s_secret.Equals(null));
        Assert.False(s_secret.Equals((object)Value));
    }
}
