using HostingDeploy.Remote;
using Xunit;

namespace HostingDeploy.Tests.Steps;

/// <summary>Root follows no path of the app's: the scripts of the server, line by line.</summary>
public sealed class ScriptRootTests
{
    /// <summary>Where root does work on an entry of the app's tree, each with the reason why nobody can lead it elsewhere.</summary>
    private static readonly Dictionary<string, string> s_allowed = new()
    {
        ["remove_tree app \"$APP_ROOT/releases/$1\""] = "an entry of releases/, which is root's: its owner empties it",
        ["if [ -z \"$FORCE\" ] && [ -s \"$done_for\" ] && [ -d \"$APP_ROOT/bundle/ruby\" ]"] = "only asked for: without it the build user installs again",
        ["said=$(cd / && env -i PATH=\"$APP_PATH\" ruby -e"] = "where hosting.yml names no Ruby: APP_PATH is the system's then",
        ["job bundle \"$key\" -p RuntimeMaxSec=2h -p WorkingDirectory="] = "arguments of a program that the build user runs",
        ["[ -n \"${PLAN-}\" ] || writes=(-w \"$repo\")"] = "what as_builder may write",
        ["install -d -m 0710 -o \"$APP_USER\" -g www-data \"$unfinished\""] = "a new entry of releases/, which is root's",
        ["mv -T \"$unfinished\" \"$APP_ROOT/releases/$release\""] = "both are names in releases/, which is root's",
        ["sync \"$APP_ROOT/releases\""] = "root's own folder",
        ["claim_user "] = "what the account's home has to be: a text",
        ["for folder in \"$APP_ROOT\" \"$APP_ROOT/releases\" \"$APP_ROOT/slots\" \"$APP_ROOT/shared\"; do put_dir"] = "root's own folders",
        ["put_dir \"$APP_ROOT/shared/home\" 0700"] = "an entry of shared/, which is root's",
        ["[ \"$1\" != \"$APP_ROOT/bundle\" ] ||"] = "a comparison of texts",
        ["if [ \"$path\" != \"$APP_ROOT/shared/$folder\" ]; then"] = "a comparison of texts",
        ["done <<<\"$APP_USER:$APP_ROOT/shared/home"] = "a text to read lines of",
        ["$BUILD_USER:$APP_ROOT/build"] = "the same text",
        ["done < <(find \"$APP_ROOT\" -xdev ! -uid 0 -prune -print0)"] = "goes down into root's folders alone: what is another's is told and left out",
        ["rm -rf --one-file-system \"${APP_ROOT:?}\""] = "after remove_app_root has had all that is another's emptied by its owner, whose processes have ended",
        ["[ \"$(readlink \"$live_socket\""] = "texts of links in root's folders are compared",
        ["point \"$APP_ROOT/current\" \"$APP_ROOT/releases/$RELEASE\""] = "an entry of root's folder, and the text of a link",
        ["elif [ -n \"$2\" ] && [ \"$2\" != \"$APP_DIR\" ]; then"] = "a comparison of texts",
    };

    /// <summary>Where root becomes another user outside of confined.sh, each with its reason.</summary>
    private static readonly Dictionary<string, string> s_allowedUsers = new()
    {
        ["(cd / && exec runuser -u postgres -- env -i PATH="] = "PostgreSQL's own user, from a folder of root's",
    };

    public static TheoryData<string> Scripts => [.. Names()];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Root_works_on_no_path_that_the_app_can_change(string name) =>
        Assert.DoesNotContain(ScriptRoot.PathsOf(RemoteLibrary.Read(name)), line => !s_allowed.Keys.Any(a => line.StartsWith(a, StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Root_becomes_another_user_in_confined_units_alone(string name) =>
        Assert.DoesNotContain(ScriptRoot.UsersOf(RemoteLibrary.Read(name)), line => !s_allowedUsers.Keys.Any(a => line.StartsWith(a, StringComparison.Ordinal)));

    [Fact]
    public void Every_exception_is_still_needed()
    {
        string[] lines = [.. Names().Select(RemoteLibrary.Read).SelectMany(text => ScriptRoot.PathsOf(text).Concat(ScriptRoot.UsersOf(text)))];
        Assert.DoesNotContain(s_allowed.Keys.Concat(s_allowedUsers.Keys), a => !lines.Any(line => line.StartsWith(a, StringComparison.Ordinal)));
    }

    // Most stood in the scripts once: each lets the app's user, or a commit, lead root elsewhere.
    [Theory]
    [InlineData("chown \"$3\" \"$path\"", "path=$APP_ROOT/shared\npath=$path/$part")]
    [InlineData("ruby=$(env PATH=\"$APP_PATH\" ruby -e 'print RUBY_DESCRIPTION') || fail RubyMissing \"There is no ruby in $APP_PATH.\" \"Set ruby.\"", "")]
    [InlineData("rm -rf \"$APP_ROOT\"", "")]
    [InlineData("find \"$APP_ROOT\" -name x -delete", "")]
    [InlineData("chown -R \"$APP_USER\" \"$APP_ROOT\"", "")]
    [InlineData("fail NoRelease \"$(cat \"$APP_DIR/REVISION\")\"", "")]
    [InlineData("install -d -m 0755 -o \"$APP_USER\" -g \"$APP_USER\" \"$app_dir/public\"", "unfinished=$APP_ROOT/releases/.unfinished\napp_dir=$unfinished${SUBFOLDER:+/$SUBFOLDER}")]
    [InlineData("printf '%s\\n' \"$commit\" >\"$app_dir/REVISION\"", "unfinished=$APP_ROOT/releases/.unfinished\napp_dir=$unfinished${SUBFOLDER:+/$SUBFOLDER}")]
    [InlineData("rm -rf \"${app_dir:?}/$folder\"", "unfinished=$APP_ROOT/releases/.unfinished\napp_dir=$unfinished${SUBFOLDER:+/$SUBFOLDER}")]
    [InlineData("ln -s \"$APP_ROOT/shared/$folder\" \"$app_dir/$folder\"", "app_dir=$APP_ROOT/releases/.unfinished")]
    [InlineData("find \"$APP_DIR/public/$name\" -type f -exec sh -c 'for file; do cp -p \"$file\" \"$file.own\"; done' _ {} +", "")]
    [InlineData("runuser -u \"$APP_USER\" -- cp -al \"$from/$name\" \"$APP_DIR/public/$name\" </dev/null", "")]
    [InlineData("committed=$(git_app --git-dir=\"$APP_ROOT/repo\" ls-tree --name-only \"$(cat \"$APP_DIR/REVISION\"):public\")", "")]
    [InlineData("comm -23 <(find \"$APP_DIR/public\" -mindepth 1 -maxdepth 1 -type d -printf '%f\\n' | sort) <(sort <<<\"$committed\") >\"$MARKS/built\"", "")]
    [InlineData("install -d -m 0755 -o \"$APP_USER\" -g \"$APP_USER\" \"$unfinished\"", "unfinished=$APP_ROOT/releases/.unfinished")]
    [InlineData("rm -rf \"$gone\"", "local old kept='' pointed count=0 gone=$APP_ROOT/releases/.gone")]
    [InlineData("[ -f \"$repo/HEAD\" ] || git_app init -q --bare \"$repo\" >/dev/null", "repo=$APP_ROOT/repo")]
    [InlineData("key=$({ printf '%s\\n' \"$ruby\" \"$APP_ENV\"; cat \"$APP_DIR/Gemfile\" \"$APP_DIR/Gemfile.lock\"; } | hash_text)", "")]
    [InlineData("old=$(gems_of \"$APP_ROOT/releases/$LIVE_RELEASE${SUBFOLDER:+/$SUBFOLDER}/Gemfile.lock\")", "")]
    [InlineData("done < <(find \"$APP_ROOT/releases\" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%f\\n' | sort -r)", "")]
    [InlineData("rm -rf \"$APP_ROOT/releases/${candidate:?}\" \"$STATE/releases/${candidate:?}\"", "")]
    [InlineData("done < <(join -v 1 <(migration_files \"$APP_DIR\") <(migrations_done))", "")]
    [InlineData("git_app --git-dir=\"$repo\" archive --format=tar \"$commit\" | tar -x -C \"$unfinished\"", "repo=$APP_ROOT/repo\nunfinished=$APP_ROOT/releases/.unfinished")]
    [InlineData("sed -i \"s/x/y/\" \"$APP_ROOT/shared/log/production.log\"", "")]
    [InlineData("for path in \"$APP_ROOT\"/*; do rm -rf \"$path\"; done", "")]
    public void What_leads_root_elsewhere_is_found(string line, string before) => Assert.Contains(line, ScriptRoot.PathsOf($"{before}\n{line}\n"));

    [Theory]
    [InlineData("git_app() {\n  runuser -u \"$APP_USER\" -- env -i PATH=/usr/bin:/bin git \"$@\" </dev/null\n}")]
    [InlineData("if ! x | runuser -u \"$APP_USER\" -- tar -x -C \"$unfinished\"; then")]
    [InlineData("  su - \"$APP_USER\" -c true")]
    public void Whoever_becomes_another_user_is_found(string script) => Assert.NotEmpty(ScriptRoot.UsersOf(script));

    [Theory]
    [InlineData("app_lay_out() {\n  cd \"$APP_ROOT/releases/.unfinished\" || exit\n  rm -rf REVISION\n}\n")]
    [InlineData("build_archive() { build_git --git-dir=\"$APP_ROOT/repo\" archive \"$commit\"; }\n")]
    [InlineData("own_empty() {\n  find \"$APP_ROOT/shared\" -delete || {\n    true\n  }\n}\n")]
    [InlineData("# cat \"$APP_DIR/REVISION\"\n")]
    [InlineData("APP_DIR=$APP_ROOT/releases/$RELEASE${SUBFOLDER:+/$SUBFOLDER}\n")]
    [InlineData("as_app -w \"$APP_ROOT/releases\" -t 600 app_inherit_assets APP_ROOT from into <\"$built\"\n")]
    [InlineData("job bundle \"$key\" -p BindPaths=\"$APP_ROOT/build\" \\\n  -p ReadWritePaths=\"$APP_ROOT/build $APP_ROOT/bundle\" -- true\n")]
    [InlineData("fail NoRelease \"There is nothing in $APP_ROOT/releases.\" \"df -h $APP_ROOT/releases\"\n")]
    [InlineData("put_dir \"$APP_ROOT/releases\" 0755 root:root\n")]
    [InlineData("bundle_here='\n  cd \"$APP_ROOT/build\"\n  rm -rf source'\n")]
    public void What_leads_root_nowhere_is_not(string script) => Assert.Empty(ScriptRoot.PathsOf(script));

    [Fact]
    public void A_function_of_another_user_ends_where_it_ends() =>
        Assert.Equal(["rm -rf \"$APP_DIR/x\""], ScriptRoot.PathsOf("app_one() {\n  if true; then\n    {\n      rm \"$APP_DIR/y\"\n    }\n  fi\n}\nrm -rf \"$APP_DIR/x\"\n"));

    private static IEnumerable<string> Names() => typeof(RemoteLibrary).Assembly.GetManifestResourceNames()
        .Where(n => n.EndsWith(".sh", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
