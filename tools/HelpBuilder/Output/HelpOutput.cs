using System.Text;
using System.Xml;
using HelpBuilder.Pages;

namespace HelpBuilder.Output;

/// <summary>Writes the files that belong into a module's culture folder.</summary>
internal sealed class HelpOutput(HelpFolder folder, string dllPath)
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes everything, or nothing when a page does not read.</summary>
    public List<Problem> Write(string target)
    {
        var problems = new List<Problem>();
        var pages = new List<CmdletPage>();
        foreach (string name in folder.CmdletNames(Path.GetFileNameWithoutExtension(dllPath)))
        {
            if (CmdletPageReader.Read(folder.PathOf(name), folder.Read(name), problems) is { } page)
            {
                pages.Add(page);
            }
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        Directory.CreateDirectory(target);
        var settings = new XmlWriterSettings { Encoding = s_utf8, Indent = true, NewLineChars = "\n", NewLineHandling = NewLineHandling.None };
        using (XmlWriter writer = XmlWriter.Create(Path.Combine(target, Path.GetFileName(dllPath) + "-Help.xml"), settings))
        {
            Maml.Write(pages).Save(writer);
        }

        foreach (string name in folder.AboutNames())
        {
            File.WriteAllText(Path.Combine(target, $"{name}.help.txt"), AboutTopic.Write(name, folder.Read(name)), s_utf8);
        }

        return problems;
    }
}
