using System.Reflection;
using System.Xml.Linq;

namespace HelpBuilder.Reflection;

/// <summary>The XML documentation file the compiler writes beside an assembly.</summary>
internal sealed class XmlComments
{
    private readonly Dictionary<string, XElement> _members;

    private XmlComments(Dictionary<string, XElement> members) => _members = members;

    /// <summary>Reads the file beside the dll; without one there are simply no comments.</summary>
    public static XmlComments Beside(string dllPath)
    {
        string path = Path.ChangeExtension(dllPath, ".xml");
        if (!File.Exists(path))
        {
            return new XmlComments([]);
        }

        return new XmlComments(XDocument.Load(path, LoadOptions.PreserveWhitespace)
            .Descendants("member")
            .Where(member => member.Attribute("name") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value));
    }

    public XElement? Of(Type type)
    {
        for (Type? current = type; current is not null; current = current.BaseType)
        {
            if (Find("T:" + IdOf(current)) is { } found)
            {
                return found;
            }

            if (!Inherits("T:" + IdOf(current)))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The comment of a property; <c>&lt;inheritdoc/&gt;</c> leads to the class it overrides.</summary>
    public XElement? Of(PropertyInfo property)
    {
        for (Type? type = property.DeclaringType; type is not null; type = type.BaseType)
        {
            if (Find($"P:{IdOf(type)}.{property.Name}") is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private XElement? Find(string id) => Inherits(id) ? null : _members.GetValueOrDefault(id);

    private bool Inherits(string id) => _members.GetValueOrDefault(id)?.Element("inheritdoc") is not null;

    private static string IdOf(Type type)
    {
        Type definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return (definition.FullName ?? definition.Name).Replace('+', '.');
    }
}
