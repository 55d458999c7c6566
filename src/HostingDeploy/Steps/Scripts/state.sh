# shellcheck shell=bash
# What the server knows of the app: its releases, the end of its journal, who holds the lock. It only looks.
[ -d "$STATE" ] || exit 0
live_slot
read_candidate
while IFS= read -r release; do
  is_release "$release" || continue
  marks=$STATE/releases/$release
  kind=Candidate
  [ ! -f "$marks/live" ] || kind=Good
  [ ! -f "$marks/failed" ] || kind=Failed
  [ "$release" != "$LIVE_RELEASE" ] || kind=Live
  fact release "$kind|$release|$(cut -d' ' -f1 "$marks/source" 2>/dev/null || true)|$(cat "$marks/branch" 2>/dev/null || true)|$(cat "$marks/live" 2>/dev/null || true)"
done < <(known_releases)
fact candidate "$CANDIDATE"
fact live "$LIVE_RELEASE"
fact previous "$(tac "$STATE/lives" 2>/dev/null | while read -r _ release; do
  if [ "$release" != "$LIVE_RELEASE" ] && is_release "$release" && [ ! -f "$STATE/releases/$release/failed" ]; then
    echo "$release"
    break
  fi
done || true)"
if [ -f "$STATE/lock" ] && ! (exec 8<"$STATE/lock" && flock -n 8); then fact owner "$(cat "$STATE/lock")"; fi
[ ! -f "$STATE/hold" ] || fact hold "$(cat "$STATE/hold")"
[ ! -f "$STATE/journal.jsonl" ] || fact journal "$(tail -n "$JOURNAL_LINES" "$STATE/journal.jsonl" | tr -d '\0')"
