using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>What root takes from another user's process, and what it gives it to do. The unit itself is the live tests' subject.</summary>
public sealed class ConfinedTests(LibraryShell library) : LibraryTest(library)
{
    private const string Commit = "eae656f000000000000000000000000000000000";

    [Theory]
    [InlineData("$COMMIT_ID", Commit)]
    [InlineData("$COMMIT_ID", "eae656f0000000000000000000000000000000000000000000000000eae656f0")]
    [InlineData("$RELEASE_NAME", "20261127-180006-eae656f")]
    public async Task Lets_pass_what_has_the_form(string pattern, string text)
    {
        LocalShell.Answer answer = await RunAsync($"must_match \"{pattern}\" {text} thing; echo passed");
        Assert.Equal(["passed"], answer.Lines);
    }

    [Theory]
    [InlineData("$COMMIT_ID", "''")]
    [InlineData("$COMMIT_ID", "HEAD")]
    [InlineData("$COMMIT_ID", Commit + "0")]
    [InlineData("$COMMIT_ID", "$'" + Commit + "\\n..'")]
    [InlineData("$COMMIT_ID", "$'x\\n" + Commit + "'")]
    [InlineData("$COMMIT_ID", "EAE656F000000000000000000000000000000000")]
    [InlineData("$RELEASE_NAME", "20261127-180006-eae656f/..")]
    [InlineData("$RELEASE_NAME", "'20261127-180006-eae656f d; e touch /etc/x #'")]
    [InlineData("$RELEASE_NAME", "$'20261127-180006-eae656f\\n20261127-180006-eae656f'")]
    public async Task Refuses_what_has_not(string pattern, string text)
    {
        LocalShell.Answer answer = await RunAsync($"APP=shop; must_match \"{pattern}\" {text} thing; echo passed");
        Assert.Equal("UnexpectedAnswer", answer.Fact("error.id"));
        Assert.Empty(answer.Lines);
    }

    [Theory]
    [InlineData("as_app root_work")]
    [InlineData("as_app build_work")]
    [InlineData("as_builder app_work")]
    [InlineData("as_app -x /etc app_work")]
    public async Task Gives_a_user_no_work_of_another(string call)
    {
        LocalShell.Answer answer = await RunAsync($"""
            systemd-run() {"{"} echo started; {"}"}
            root_work() {"{"} :; {"}"}; app_work() {"{"} :; {"}"}; build_work() {"{"} :; {"}"}
            APP=shop APP_USER=nobody BUILD_USER=nobody APP_ROOT={Folder.Root}
            {call} </dev/null
            """);
        Assert.Equal("StepFailed", answer.Fact("error.id"));
        Assert.DoesNotContain("started", answer.Lines);
    }

    [Fact]
    public async Task Sends_the_work_with_its_values_as_data()
    {
        // In place of systemd-run: a bash that is given the same standard input and command.
        LocalShell.Answer answer = await RunAsync($$"""
            systemd-run() { while [ "$1" != -- ]; do shift; done; shift; "$@"; }
            app_work() { own_part; cat; }
            own_part() { printf '%s|' "$one" "$two"; }
            build_other() { echo other; }
            APP=shop APP_USER=nobody BUILD_USER=nobody APP_ROOT={{Folder.Root}} DEPLOYMENT=''
            one=$'a "b" $(touch {{At("ran")}})\n%n ${HOME}' two='' other=secret
            printf 'the data' | as_app app_work one two
            echo " $?"
            """);
        Assert.Equal(["a \"b\" $(touch " + At("ran") + ")", "%n ${HOME}||the data 0"], answer.Lines);
        Assert.False(File.Exists(At("ran")));
    }
}
