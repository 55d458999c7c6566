using System.Diagnostics.CodeAnalysis;

namespace HostingDeploy.Configuration;

/// <summary>Turns the text of a setting into its value, or says why it cannot be one.</summary>
internal delegate Outcome<T> Rule<T>(string text);

/// <summary>What a <see cref="Rule{T}"/> made of a text: a value or a refusal.</summary>
internal readonly struct Outcome<T>
{
    private Outcome(T? value, string? refusal)
    {
        Value = value;
        Refusal = refusal;
    }

    /// <summary>The value, when there is no refusal.</summary>
    public T? Value { get; }

    /// <summary>The message, when there is no value.</summary>
    public string? Refusal { get; }

    /// <summary>Whether the text was refused.</summary>
    [MemberNotNullWhen(true, nameof(Refusal))]
    public bool IsRefused => Refusal is not null;

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal.Message);
}

/// <summary>Why a text is no value.</summary>
internal sealed record Refusal(string Message)
{
    /// <summary>The usual words: what was found and what should stand there.</summary>
    public static Refusal Expected(string found, string expected) =>
        new($"found {(found.Length == 0 ? "an empty text" : $"'{Show.Inline(found)}'")}, expected {expected}");
}
