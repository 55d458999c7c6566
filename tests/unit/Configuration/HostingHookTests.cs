using Xunit;

namespace HostingDeploy.Tests.Configuration;

/// <summary>The hooks of an app: what they become, and what is refused where it stands.</summary>
public sealed class HostingHookTests
{
    [Fact]
    public void DefaultsAreFilledIn()
    {
        var hook = Assert.Single(Hosting.ReadApp("hooks:\n  - before: Migrate\n    run: bin/check").Hooks);

        Assert.Equal((HookMoment.Before, DeployStepName.Migrate, "bin/check"), (hook.Moment, hook.Step, hook.Run));
        Assert.Equal((HookPlace.Server, HookUser.App, null), (hook.On, hook.As, hook.TimeoutSeconds));
        Assert.Equal("Before Migrate: bin/check", hook.ToString());
    }

    [Fact]
    public void EverySettingIsTaken()
    {
        var hooks = Hosting.ReadApp("hooks:\n  - { after: start, run: restart, as: Root, timeoutSeconds: 5 }\n  - { after: Verify, run: tell, on: local }").Hooks;

        Assert.Equal((HookMoment.After, DeployStepName.Start, HookUser.Root, 5), (hooks[0].Moment, hooks[0].Step, hooks[0].As, hooks[0].TimeoutSeconds));
        Assert.Equal((DeployStepName.Verify, HookPlace.Local), (hooks[1].Step, hooks[1].On));
    }

    [Fact]
    public void CommandIsTakenAsItIsWritten()
    {
        const string Command = "set -u\n\techo \"$A `b` 'c' $(d) {{e}} %f\" | grep -v x && exit 3\n";

        Assert.Equal(Command, Hosting.ReadApp($"hooks:\n  - before: Migrate\n    run: {Hosting.Quote(Command)}").Hooks[0].Run);
        Assert.Equal("After Clone: set -u …", Hosting.ReadApp($"hooks:\n  - after: Clone\n    run: {Hosting.Quote(Command)}").Hooks[0].ToString());
    }

    [Theory]
    [InlineData("hooks:")]
    [InlineData("hooks: ~")]
    [InlineData("hooks: []")]
    public void EmptyListCountsAsAbsent(string settings) => Assert.Empty(Hosting.ReadApp(settings).Hooks);

    [Theory]
    [InlineData("before", "Migration", "did you mean 'Migrate'?")]
    [InlineData("before", "8", "expected a step (Directory, PgUser,")]
    [InlineData("after", "", "expected a step")]
    [InlineData("after", "Start,Verify", "expected a step")]
    public void StepIsRefusedAtItsValue(string key, string step, string reason)
    {
        var problem = Hosting.ProblemOf(Hosting.App($"hooks:\n  - run: x\n    {key}: {Hosting.Quote(step)}"));

        Assert.Equal((Hosting.SettingLine + 2, 9 + key.Length + 2, $"apps.cigar.hooks[0].{key}"), (problem.Line, problem.Column, problem.Path));
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "")]
    [InlineData("run", " \n ")]
    [InlineData("run", "a\0b")]
    [InlineData("run", "a\rb")]
    [InlineData("run", "x\u001b[2J")]
    [InlineData("run", "x\u202Ey")]
    [InlineData("on", "laptop")]
    [InlineData("on", "0")]
    [InlineData("as", "cigar")]
    [InlineData("as", "root; id")]
    [InlineData("timeoutSeconds", "0")]
    [InlineData("timeoutSeconds", "86401")]
    [InlineData("timeoutSeconds", "1.5")]
    [InlineData("timeoutSeconds", "1m")]
    public void SettingIsRefusedAtItsValue(string key, string value)
    {
        var run = key == "run" ? string.Empty : "\n    run: x";
        var problem = Hosting.ProblemOf(Hosting.App($"hooks:\n  - before: Start\n    {key}: {Hosting.Quote(value)}{run}"));

        Assert.Equal((Hosting.SettingLine + 2, 9 + key.Length + 2, $"apps.cigar.hooks[0].{key}"), (problem.Line, problem.Column, problem.Path));
    }

    [Fact]
    public void CommandHasALongestLength()
    {
        Assert.Single(Hosting.ReadApp($"hooks: [{{ before: Start, run: {new string('x', 10_000)} }}]").Hooks);
        Hosting.ProblemOf(Hosting.App($"hooks: [{{ before: Start, run: {new string('x', 10_001)} }}]"));
    }

    [Theory]
    [InlineData("- run: x", 0, "apps.cigar.hooks[0].before", "missing, expected before: or after:")]
    [InlineData("- before: Start", 0, "apps.cigar.hooks[0].run", "missing, expected apps.cigar.hooks[0].run")]
    [InlineData("- before: Start\n    after: Start\n    run: x", 1, "apps.cigar.hooks[0].after", "expected one of them")]
    [InlineData("- before: Start\n    run: x\n    on: local\n    as: root", 3, "apps.cigar.hooks[0].as", "only for one on the server")]
    [InlineData("- before: Start\n    run: x\n    user: root", 2, "apps.cigar.hooks[0].user", "unknown key 'user'")]
    [InlineData("- before: Start\n    run: [a, b]", 1, "apps.cigar.hooks[0].run", "found a list, expected a value")]
    [InlineData("- bin/check", 0, "apps.cigar.hooks[0]", "found a value, expected settings")]
    public void HookIsRefused(string hook, int line, string path, string reason)
    {
        var problems = Hosting.ProblemsOf(Hosting.App($"hooks:\n  {hook}"));

        var problem = Assert.Single(problems, p => p.Path == path);
        Assert.Equal(Hosting.SettingLine + 1 + line, problem.Line);
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SettingsInPlaceOfAListAreRefused()
    {
        var problem = Hosting.ProblemOf(Hosting.App("hooks:\n  before: Start\n  run: x"));

        Assert.Equal((Hosting.SettingLine + 1, "apps.cigar.hooks"), (problem.Line, problem.Path));
        Assert.Contains("found settings, expected a list", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryHookIsReadForItsProblems() => Assert.Equal(
        [(2, "apps.cigar.hooks[0].before"), (4, "apps.cigar.hooks[1].after")],
        Hosting.ProblemsOf(Hosting.App("hooks:\n  - run: x\n    before: no\n  - run: x\n    after: nor")).Select(p => (p.Line - Hosting.SettingLine, p.Path)));
}
