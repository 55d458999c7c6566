using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>The operators of Should, built on the engine's own comparisons.</summary>
internal static class Assertions
{
    public static bool Holds(PSCmdlet cmdlet, string name, object? actual, object? expected) => name switch
    {
        "Be" => AreEqual(actual, expected, ignoreCase: true),
        "BeExactly" => AreEqual(actual, expected, ignoreCase: false),
        "BeNullOrEmpty" => IsNullOrEmpty(Enumerate(actual)),
        "BeTrue" => LanguagePrimitives.IsTrue(actual),
        "BeFalse" => !LanguagePrimitives.IsTrue(actual),
        "BeOfType" => IsOfType(actual, expected),
        "BeGreaterThan" => Compare(actual, expected) > 0,
        "BeGreaterOrEqual" => Compare(actual, expected) >= 0,
        "BeLessThan" => Compare(actual, expected) < 0,
        "BeLessOrEqual" => Compare(actual, expected) <= 0,
        "BeLike" => IsLike(ToText(actual), ToText(expected), ignoreCase: true),
        "BeLikeExactly" => IsLike(ToText(actual), ToText(expected), ignoreCase: false),
        "BeIn" => Array.Exists(Enumerate(expected), e => SameValue(e, actual, ignoreCase: true)),
        "Contain" => Array.Exists(Enumerate(actual), a => SameValue(a, expected, ignoreCase: true)),
        "HaveCount" => Enumerate(actual).Length == LanguagePrimitives.ConvertTo<int>(expected),
        "Match" => Regex.IsMatch(ToText(actual), ToText(expected), RegexOptions.IgnoreCase),
        "MatchExactly" => Regex.IsMatch(ToText(actual), ToText(expected)),
        "Exist" => Exists(cmdlet, ToText(actual)),
        _ => throw new PSNotSupportedException($"Should has no operator -{name} here."),
    };

    public static string Describe(string name, object? actual, object? expected, bool not, string because)
    {
        string negation = not ? "not " : "";
        string wanted = ValueText.Of(expected);
        string got = ValueText.Of(Single(actual));
        string reason = Reason(because);
        return name switch
        {
            "Be" or "BeExactly" when not => $"Expected {got} to be different from the actual value,{reason} but got the same value.",
            "Be" or "BeExactly" => DescribeDifference(actual, expected, name == "BeExactly", reason),
            "BeNullOrEmpty" => not
                ? $"Expected a value,{reason} but got $null or empty."
                : $"Expected $null or empty,{reason} but got {got}.",
            "BeTrue" or "BeFalse" => $"Expected {(name == "BeTrue" != not ? "$true" : "$false")},{reason} but got {got}.",
            "BeOfType" => $"Expected the value to {negation}have type {wanted} or any of its subtypes,{reason} but got {got} with type {TypeText(actual)}.",
            "BeGreaterThan" => $"Expected the actual value to {negation}be greater than {wanted},{reason} but got {got}.",
            "BeGreaterOrEqual" => $"Expected the actual value to {negation}be greater than or equal to {wanted},{reason} but got {got}.",
            "BeLessThan" => $"Expected the actual value to {negation}be less than {wanted},{reason} but got {got}.",
            "BeLessOrEqual" => $"Expected the actual value to {negation}be less than or equal to {wanted},{reason} but got {got}.",
            "BeLike" or "BeLikeExactly" => $"Expected like wildcard {wanted} to {negation}match {got},{reason} but it did {(not ? "" : "not ")}match.",
            "BeIn" => $"Expected {got} to {negation}be in collection {wanted},{reason} but it was {(not ? "" : "not ")}found.",
            "Contain" => $"Expected {wanted} to {negation}be found in collection {ValueText.Of(actual)},{reason} but it was {(not ? "" : "not ")}found.",
            "HaveCount" => $"Expected a collection with size {(not ? "different from " : "")}{wanted},{reason} but got size {Enumerate(actual).Length}: {ValueText.Of(actual)}.",
            "Match" or "MatchExactly" => $"Expected regular expression {wanted} to {negation}match {got},{reason} but it did {(not ? "" : "not ")}match.",
            "Exist" => $"Expected path {got} to {negation}exist,{reason} but it did {(not ? "" : "not ")}exist.",
            _ => throw new PSNotSupportedException($"Should has no operator -{name} here."),
        };
    }

    public static string Reason(string because) => because.Length == 0 ? ""
        : because.StartsWith("because", StringComparison.OrdinalIgnoreCase) ? $" {because}," : $" because {because},";

    public static bool IsLike(string text, string pattern, bool ignoreCase) =>
        WildcardPattern.Get(pattern, ignoreCase ? WildcardOptions.IgnoreCase : WildcardOptions.None).IsMatch(text);

    public static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    /// <summary>The elements of a collection as @() gives them; nothing for null, one element for anything else.</summary>
    public static object?[] Enumerate(object? value) => value is null ? []
        : LanguagePrimitives.GetEnumerable(value) is { } many ? [.. many.Cast<object?>()]
        : [value];

    private static bool AreEqual(object? actual, object? expected, bool ignoreCase)
    {
        object?[] first = Enumerate(actual);
        object?[] second = Enumerate(expected);
        if (IsNothing(first) || IsNothing(second))
        {
            return IsNothing(first) && IsNothing(second);
        }

        return first.Length == second.Length && first.Zip(second).All(pair => IsList(pair.First) || IsList(pair.Second)
            ? AreEqual(pair.First, pair.Second, ignoreCase)
            : SameValue(pair.Second, pair.First, ignoreCase));
    }

    private static bool SameValue(object? first, object? second, bool ignoreCase) =>
        LanguagePrimitives.Equals(first, second, ignoreCase, CultureInfo.InvariantCulture);

    // An empty collection, and one that holds a single null or empty collection, all count as nothing.
    private static bool IsNothing(object?[] values) => values switch
    {
        [] => true,
        [var only] => Unwrap(only) is null or Array { Length: 0 },
        _ => false,
    };

    private static bool IsNullOrEmpty(object?[] values) => values switch
    {
        [] => true,
        [var only] => Unwrap(only) is null or "" or ICollection { Count: 0 },
        _ => false,
    };

    private static bool IsList(object? value) => Unwrap(value) is IList;

    private static int Compare(object? actual, object? expected) =>
        LanguagePrimitives.Compare(Unwrap(actual), Unwrap(expected), ignoreCase: true, CultureInfo.InvariantCulture);

    private static bool IsOfType(object? actual, object? expected)
    {
        if (Unwrap(expected) is not Type type)
        {
            string name = ToText(expected).Trim('[', ']');
            if (!LanguagePrimitives.TryConvertTo(name, out type))
            {
                throw new PSArgumentException($"Could not find type [{name}]. Make sure that the assembly that contains that type is loaded.");
            }
        }

        // [pscustomobject] and [psobject] are about the wrapper, everything else is about what is inside.
        return type == typeof(PSObject) || type == typeof(PSCustomObject)
            ? actual is PSObject { BaseObject: PSCustomObject }
            : type.IsInstanceOfType(Unwrap(actual));
    }

    private static bool Exists(PSCmdlet cmdlet, string path) =>
        cmdlet.InvokeCommand.InvokeScript(
            false, ScriptBlock.Create("param($path) Microsoft.PowerShell.Management\\Test-Path $path"), null, path)
            is [{ BaseObject: true }];

    private static string DescribeDifference(object? actual, object? expected, bool exactly, string reason)
    {
        if (Unwrap(Single(actual)) is not string got || Unwrap(expected) is not string wanted)
        {
            return $"Expected {(exactly ? "exactly " : "")}{ValueText.Of(expected)},{reason} but got {ValueText.Of(Single(actual))}.";
        }

        int index = 0;
        StringComparison comparison = exactly ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        while (index < got.Length && index < wanted.Length && string.Equals(got[index..(index + 1)], wanted[index..(index + 1)], comparison))
        {
            index++;
        }

        return $"""
            Expected strings to be the same,{reason} but they were different (lengths {wanted.Length} and {got.Length}, from index {index}).
            Expected: {ValueText.Of(wanted)}
            But was:  {ValueText.Of(got)}
            """;
    }

    private static object? Single(object? value) => value is object?[] { Length: 1 } one ? one[0] : value;

    private static string TypeText(object? value) => Unwrap(value) is { } some ? ValueText.Of(some.GetType()) : "$null";

    private static string ToText(object? value) => LanguagePrimitives.ConvertTo<string>(value) ?? "";
}
