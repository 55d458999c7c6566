using System.Text.RegularExpressions;

namespace HostingDeploy.Tests.Steps;

/// <summary>
/// What root names of an app's tree in a script of the server: no parser of bash, but enough of one for the scripts as they are
/// written. Lines are joined where they continue; functions that run as another user (app_…, build_…, own_…), comments, messages
/// and what is handed to systemd as a property are left out; a variable that is given such a path is one itself.
/// </summary>
internal static partial class ScriptRoot
{
    /// <summary>The lines outside of the parts that run as the app or the build user in which root works on a path that these may change.</summary>
    internal static IEnumerable<string> PathsOf(string script)
    {
        string[] lines = [.. RootLines(script)];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            foreach (Match given in Assignment().Matches(line))
            {
                if (NamesPath(given.Groups["value"].Value, names))
                {
                    names.Add(given.Groups["name"].Value);
                }
            }
        }

        return lines.Where(line => NamesPath(Worked(line), names) || AnybodysProgram().IsMatch(line)).Select(line => line.Trim());
    }

    /// <summary>The lines in which root becomes another user by itself, without the room of confined.sh.</summary>
    internal static IEnumerable<string> UsersOf(string script) =>
        RootLines(script).Where(line => BecomesUser().IsMatch(Messages().Replace(line, string.Empty))).Select(line => line.Trim());

    /// <summary>The lines that root runs.</summary>
    private static IEnumerable<string> RootLines(string script)
    {
        string? end = null;
        foreach (string line in script.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            if (end is not null)
            {
                end = line.StartsWith(end, StringComparison.Ordinal) || (end == "'" && line.EndsWith('\'')) ? null : end;
                continue;
            }

            if (OthersFunction().Match(line) is { Success: true } function)
            {
                end = function.Groups["closed"].Success ? null : function.Groups["indent"].Value + "}";
                continue;
            }

            // The text of a program that a unit of another user is given.
            if (OthersText().IsMatch(line))
            {
                end = "'";
                continue;
            }

            if (!line.TrimStart().StartsWith('#'))
            {
                yield return line;
            }
        }
    }

    /// <summary>What is left of a line when everything is taken away that opens nothing.</summary>
    private static string Worked(string line)
    {
        string left = Messages().Replace(line, string.Empty);
        left = Properties().Replace(left, string.Empty);
        left = Confined().Replace(left, string.Empty);
        left = Tests().Replace(left, string.Empty);
        left = LinkText().Replace(left, string.Empty);

        // Naming a path is no work on it, unless a command says what the name is.
        return PlainAssignment().Replace(left, string.Empty);
    }

    private static bool NamesPath(string text, HashSet<string> names) =>
        AppPath().IsMatch(text) || Variable().Matches(text).Any(m => names.Contains(m.Groups["name"].Value));

    // What APP_PATH finds may be anybody's program.
    [GeneratedRegex(@"\bPATH=""?\$\{?APP_PATH\b.* \w")]
    private static partial Regex AnybodysProgram();

    // APP_ROOT alone is root's own folder, unless a command goes down into it.
    [GeneratedRegex(@"\$\{?APP_DIR\b|\$\{?APP_ROOT\}?(?:/(?:releases|shared|repo|build|bundle)\b|""?[/*]*\*)|/var/www/\$\{?APP\b|\b(?:find|du|tar|cp|grep -\w*r\w*|(?:rm|chown|chmod|setfacl) (?:--?[\w-]+ )*-\w*[rR]\w*) (?:[^;|&]* )?""?\$\{?APP_ROOT(?::\?)?\}?""?(?= |$)")]
    private static partial Regex AppPath();

    [GeneratedRegex(@"\$\{?(?<name>[A-Za-z_]\w*)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?:^|[\s;(])(?<name>[A-Za-z_]\w*)=(?<value>""[^""]*""|[^\s;""]+)")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"(?:^|(?<=[\s;]))(?:local |readonly |export )?[A-Za-z_]\w*=(?:""[^""`]*""|[^\s;""'`()]+)(?=[\s;]|$)(?!\S*\$\()")]
    private static partial Regex PlainAssignment();

    [GeneratedRegex(@"^(?<indent>\s*)(?:app|build|own)_\w+\(\) \{(?<closed>.*\}\s*$)?")]
    private static partial Regex OthersFunction();

    [GeneratedRegex(@"^\s*\w+_here='[^']*$")]
    private static partial Regex OthersText();

    // What is said to people, or to systemd; and asking what an entry of a folder of root's is, which follows nothing that others put there.
    [GeneratedRegex(@"\b(?:fail \w+|would|note|changed|fact \w+|must_match) ""(?:[^""\\$]|\\.|\$(?!\())*""(?: ""(?:[^""\\$]|\\.|\$(?!\())*"")*")]
    private static partial Regex Messages();

    [GeneratedRegex(@"-p (?:BindPaths|BindReadOnlyPaths|ReadWritePaths|WorkingDirectory)=(?:""[^""]*""|-?""[^""]*""|\S+)")]
    private static partial Regex Properties();

    [GeneratedRegex(@"\bas_(?:app|builder)\b(?: -w ""[^""]*""| -t \w+)*(?: \w+)+|^\s*writes=\(-w ""[^""]*""\)|\b(?:put_dir|put_builders|remove_tree \w+|clear_away|settle) ""?\$\{?\w+\}?(?:/\w+|/\.\w+)?""?(?= |$|;)")]
    private static partial Regex Confined();

    [GeneratedRegex(@"\[ (?:! )?-[deLO] ""\$\{?APP_ROOT\}?/(?:releases|shared|repo|build|bundle)(?:/\$\{?\w+\}?)?"" \]")]
    private static partial Regex Tests();

    [GeneratedRegex(@"\bturn ""\$APP_ROOT/(?:current|slots/\$\w+)"" ""[^""]*""")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"\b(?:runuser|setpriv|sudo -[uH]|su -)")]
    private static partial Regex BecomesUser();
}
