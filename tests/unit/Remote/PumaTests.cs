using HostingDeploy.Tests.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Remote;

/// <summary>What is told of a Puma that is not healthy. Asking one is the live tests' subject.</summary>
public sealed class PumaTests(LibraryShell library) : LibraryTest(library)
{
    private const string App = "_SYSTEMD_UNIT=puma-shop@a.service SYSLOG_IDENTIFIER=puma-shop-a PRIORITY=6";
    private const string Other = "_SYSTEMD_UNIT=puma-shop@b.service SYSLOG_IDENTIFIER=puma-shop-b PRIORITY=6";
    private const string Systemd = "_PID=1 UNIT=puma-shop@a.service _SYSTEMD_UNIT=init.scope";

    /// <summary>journalctl of the entries in a file. Between two + each field that is named has one of the values that are named for it.</summary>
    private const string Journalctl = """
        journalctl() {
          awk -F'|' -v matches="$(sed -E 's/-u ([^ ]+)/_SYSTEMD_UNIT=\1 + _PID=1 UNIT=\1 +/' <<<"$*")" '
            function matched(group,  count, term, key, named, found) {
              count = split(group, term, " ")
              for (; count > 0; count--) if (term[count] ~ /^[A-Z_]+=/) {
                key = substr(term[count], 1, index(term[count], "="))
                named[key]
                if (index(" " $1 " ", " " term[count] " ")) found[key]
              }
              for (key in named) if (!(key in found)) return 0
              return 1
            }
            BEGIN { count = split(matches, groups, /\+/) }
            { for (i = 1; i <= count; i++) if (groups[i] ~ /[A-Z_]+=/ && matched(groups[i])) { print $2; next } }
          ' "$ENTRIES"
        }
        """;

    [Fact]
    public async Task What_systemd_does_to_each_process_does_not_hide_what_the_app_said()
    {
        string[] told = await TellAsync(
        [
            $"{App}|Puma starting in single mode...",
            $"{Other}|of another slot",
            $"{App}|no boot today",
            $"{Systemd} PRIORITY=6|puma-shop@a.service: Sent signal SIGKILL to main process 100 (ruby3.1) on client request.",
            .. Enumerable.Range(101, 60).Select(id => $"{Systemd} PRIORITY=6|puma-shop@a.service: Sending signal SIGKILL to process {id} (puma srv tp) on client request."),
            $"{Systemd} PRIORITY=4|puma-shop@a.service: Main process exited, code=killed, status=9/KILL",
            $"{Systemd} PRIORITY=4|puma-shop@a.service: Failed with result 'signal'.",
            $"{Systemd} PRIORITY=6|puma-shop@a.service: Scheduled restart job, restart counter is at 1.",
        ]);
        Assert.Equal(
            [
                "Puma starting in single mode...",
                "no boot today",
                "puma-shop@a.service: Main process exited, code=killed, status=9/KILL",
                "puma-shop@a.service: Failed with result 'signal'.",
                "it stopped while starting (killed by SIGKILL, perhaps for want of memory: journalctl -k tells)",
            ],
            told);
    }

    [Fact]
    public async Task Tells_three_lines_of_each_trace()
    {
        string[] trace = [.. Enumerable.Range(1, 60).Select(line => $"{App}|config/boot.rb:{line}:in `load'")];
        string[] told = await TellAsync([$"{App}|no boot today", .. trace, $"{App}|nor tomorrow", .. trace]);
        Assert.Equal(
            [
                "no boot today", "config/boot.rb:1:in `load'", "config/boot.rb:2:in `load'", "config/boot.rb:3:in `load'",
                "nor tomorrow", "config/boot.rb:1:in `load'", "config/boot.rb:2:in `load'", "config/boot.rb:3:in `load'",
            ],
            told[..^1]);
    }

    /// <summary>What is printed of a Puma with these entries in the journal, and the reason.</summary>
    private async Task<string[]> TellAsync(string[] entries)
    {
        string file = Folder.Write("entries", string.Join('\n', entries) + "\n");
        LocalShell.Answer answer = await RunAsync($$"""
            {{Journalctl}}
            systemctl() { case $3 in Result) echo signal ;; *) echo 9 ;; esac; }
            APP=shop HEALTH_CODE=crashed ENTRIES={{file}}
            explain_health a
            printf '%s\n' "$HEALTH_REASON"
            """);
        return [.. answer.Lines];
    }
}
