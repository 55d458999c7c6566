using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>How a test or a block of tests ended.</summary>
public enum TestOutcome
{
    /// <summary>A filter left it out.</summary>
    NotRun,

    /// <summary>It did what it should.</summary>
    Passed,

    /// <summary>It did not.</summary>
    Failed,

    /// <summary>It was asked not to run.</summary>
    Skipped,
}

/// <summary>A block or a test: what <see cref="TestScope"/> runs in a scope of its own.</summary>
public abstract partial class TestNode
{
    private readonly Stopwatch _watch = new();

    private protected TestNode(TestRun run, TestBlock? parent, string name, ScriptBlock? body, NodeOptions options)
    {
        Run = run;
        Parent = parent;
        Name = name;
        ExpandedName = name;
        Body = body;
        Tag = options.Tag;
        HasData = options.HasData;
        Data = options.Data;
        SkipRequested = options.Skip || parent is { SkipRequested: true };
    }

    /// <summary>The name as written, with its templates.</summary>
    public string Name { get; }

    /// <summary>The name with the templates filled in.</summary>
    public string ExpandedName { get; set; }

    /// <summary>The names of all blocks around it and its own, joined with dots.</summary>
    public string ExpandedPath => Parent is null or { IsRoot: true } ? ExpandedName : $"{Parent.ExpandedPath}.{ExpandedName}";

    /// <summary>The block around it.</summary>
    public TestBlock? Parent { get; }

    /// <summary>The tags it was given.</summary>
    public IReadOnlyList<string> Tag { get; }

    /// <summary>The element of -ForEach it was made for.</summary>
    public object? Data { get; }

    /// <summary>How it ended.</summary>
    public TestOutcome Result { get; private protected set; }

    /// <summary>What went wrong in it.</summary>
    public IList<ErrorRecord> ErrorRecord { get; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration => _watch.Elapsed;

    /// <summary>The script of the test or, during discovery, of the block.</summary>
    public ScriptBlock? Body { get; }

    /// <summary>The script that the run phase runs; a block has none, as its body was for discovery.</summary>
    public virtual ScriptBlock? TestBody => null;

    /// <summary>The script that runs a node in a scope.</summary>
    public virtual ScriptBlock Scope => TestScope.Run;

    /// <summary>The scripts that run before the body, outermost first.</summary>
    public abstract IEnumerable<ScriptBlock> Setups { get; }

    /// <summary>The scripts that run after the body whatever happened.</summary>
    public abstract IEnumerable<ScriptBlock> Teardowns { get; }

    /// <summary>The nodes to run inside this one.</summary>
    public virtual IEnumerable<TestNode> Children => [];

    /// <summary>What to splat to the scripts, so that their parameters can take the data.</summary>
    public IDictionary Arguments => Data is IDictionary table ? table : new Hashtable();

    /// <summary>Computes the name in the scope of the node; null when the name has no templates.</summary>
    public ScriptBlock? NameScript => Name.Contains('<', StringComparison.Ordinal) ? ScriptBlock.Create(ToExpandableText(Name)) : null;

    internal TestRun Run { get; }

    internal bool HasData { get; }

    internal bool SkipRequested { get; }

    internal IEnumerable<string> AllTags => Parent is null ? Tag : Parent.AllTags.Concat(Tag);

    /// <summary>The variables that the scope of the node starts with.</summary>
    public IDictionary GetVariables()
    {
        var variables = new Hashtable(StringComparer.OrdinalIgnoreCase);
        if (HasData)
        {
            foreach (DictionaryEntry entry in Arguments)
            {
                variables[entry.Key] = entry.Value;
            }

            variables["_"] = Data;
        }

        return variables;
    }

    /// <summary>Starts the node; false when there is nothing to run.</summary>
    public virtual bool Begin()
    {
        _watch.Start();
        return true;
    }

    /// <summary>Called in the scope of the node between its setups and its body.</summary>
    public virtual void Enter()
    {
    }

    /// <summary>Remembers an error.</summary>
    public void Fail(ErrorRecord error) => ErrorRecord.Add(error);

    /// <summary>Ends the node.</summary>
    public virtual void End() => _watch.Stop();

    private static string ToExpandableText(string name) => "\"" + Template().Replace(name, match =>
        match.Groups["expression"] is { Success: true, Value: string expression } ? $"$(if ($null -eq (${expression})) {{ '$null' }} else {{ ${expression} }})"
        : match.Groups["bracket"] is { Success: true, Value: string bracket } ? bracket
        : "`" + match.Value) + "\"";

    [GeneratedRegex("(?<!`)<(?<expression>[^>`]+)>|`(?<bracket>[<>])|[`\"$]")]
    private static partial Regex Template();
}

/// <summary>The options that blocks and tests share.</summary>
internal sealed record NodeOptions(IReadOnlyList<string> Tag, bool Skip, bool HasData, object? Data);
