using System.Collections;
using System.Management.Automation.Language;

namespace HelpBuilder.Reflection;

/// <summary>What the module page takes from the module's manifest.</summary>
internal sealed record ModuleManifest(string? Guid, string? Description)
{
    /// <summary>Reads the manifest beside the dll; null when there is none (the dll comes straight from a compiler).</summary>
    public static ModuleManifest? Beside(string dllPath, string moduleName)
    {
        string path = Path.Combine(Path.GetDirectoryName(dllPath)!, moduleName + ".psd1");
        if (!File.Exists(path))
        {
            return null;
        }

        ScriptBlockAst script = Parser.ParseFile(path, out _, out ParseError[] errors);
        if (errors.Length > 0 || script.Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false) is not HashtableAst table)
        {
            throw new InvalidDataException($"{path} is not a module manifest.");
        }

        var values = (Hashtable)table.SafeGetValue();
        return new ModuleManifest(values["GUID"] as string, values["Description"] as string);
    }
}
