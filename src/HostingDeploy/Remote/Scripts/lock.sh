# shellcheck shell=bash
# The deployment lock, evaluated in the session's own shell: a descriptor that lives exactly as long as it does.

# take_lock STATE OWNER [LAST]: status 2, somebody has it (fact owner); 3, deployments are held back (fact hold); 4, the journal's
# last deployment is another than LAST.
take_lock() {
  mkdir -p "$1" && chmod 700 "$1" || return 1
  if [ -f "$1/hold" ]; then
    fact hold "$(cat "$1/hold")"
    return 3
  fi
  exec {HD_LOCK}>>"$1/lock" || return 1
  # Whoever only looks whether it is taken has it for a blink.
  if ! flock -w 0.2 "$HD_LOCK"; then
    exec {HD_LOCK}>&-
    unset HD_LOCK
    fact owner "$(cat "$1/lock")"
    return 2
  fi
  # Whoever had it a moment ago may have removed the app, the file with it: this lock would be nobody's.
  if ! lock_is_there "$1"; then
    exec {HD_LOCK}>&-
    unset HD_LOCK
    take_lock "$@"
    return
  fi
  if [ -n "${3-}" ] && [ "$(sed -n 's/^{"deployment":"\([^"]*\)".*}$/\1/p' "$1/journal.jsonl" | tail -n 1)" != "$3" ]; then
    exec {HD_LOCK}>&-
    unset HD_LOCK
    return 4
  fi
  # What an earlier deployment left at work as the app or the build user, when the server's shell was killed outright.
  systemctl stop "hosting.${1##*/}.app.service" "hosting.${1##*/}.build.service" 2>/dev/null || true
  # What failed in an earlier deployment is told already.
  systemctl reset-failed "hosting-${1##*/}.*.service" 2>/dev/null || true
  # On disk before anything is done: what a power cut leaves half done has a deployment to its name. A line for each step is not
  # worth a sync, which every step would wait for: the end that vouches for them syncs them too.
  if printf '%s\n' "$2" >"$1/lock" && journal_line "$1" "$2" && sync "$1/journal.jsonl" "$1"; then return 0; fi
  exec {HD_LOCK}>&-
  unset HD_LOCK
  return 1
}

lock_is_there() { [ "/proc/self/fd/$HD_LOCK" -ef "$1/lock" ]; }

# drop_lock STATE [END]: lets go, if it was got, with the last line of the deployment for the journal; a removed app has neither any more.
drop_lock() {
  [ -n "${HD_LOCK-}" ] || return 0
  if lock_is_there "$1"; then
    [ -z "${2-}" ] || { journal_line "$1" "$2" && sync "$1/journal.jsonl"; }
    : >"$1/lock"
  fi
  exec {HD_LOCK}>&-
  unset HD_LOCK
}
