using System.Management.Automation;
using System.Text.RegularExpressions;
using Microsoft.PowerShell;

namespace HelpBuilder.Reflection;

/// <summary>How PowerShell's documentation writes the names of types.</summary>
internal static partial class TypeNames
{
    /// <summary>The full name for a page's metadata: <c>System.String[]</c>, <c>System.Int32</c> for a nullable int.</summary>
    public static string Full(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsArray)
        {
            return Full(type.GetElementType()!) + "[]";
        }

        if (type.IsGenericType)
        {
            string name = type.GetGenericTypeDefinition().FullName!;
            return $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}[{string.Join(',', type.GetGenericArguments().Select(Full))}]";
        }

        return type.FullName ?? type.Name;
    }

    /// <summary>The short name for a syntax line, with PowerShell's own accelerators: <c>string[]</c>, <c>DeploySession</c>.</summary>
    public static string Short(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsArray)
        {
            return Short(type.GetElementType()!) + "[]";
        }

        if (type.IsGenericType)
        {
            return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}[{string.Join(',', type.GetGenericArguments().Select(Short))}]";
        }

        // The engine has a short word for its own types and a long one for all others.
        string word = ToStringCodeMethods.Type(PSObject.AsPSObject(type));
        return word.Contains('.', StringComparison.Ordinal) ? type.Name : word;
    }

    /// <summary>Drops the namespaces of a full name, inside generic arguments too.</summary>
    public static string WithoutNamespaces(string fullName) => Namespace().Replace(fullName, "");

    [GeneratedRegex(@"(?:\w+\.)+(?=\w)")]
    private static partial Regex Namespace();
}
