# shellcheck shell=bash
# The deployment lock, evaluated in the session's own shell: a descriptor that lives exactly as long as it does.

# take_lock STATE OWNER: status 2, somebody has it (fact owner); 3, deployments are held back (fact hold).
take_lock() {
  mkdir -p "$1" && chmod 700 "$1" || return 1
  if [ -f "$1/hold" ]; then
    fact hold "$(cat "$1/hold")"
    return 3
  fi
  exec {HD_LOCK}>>"$1/lock" || return 1
  if ! flock -n "$HD_LOCK"; then
    exec {HD_LOCK}>&-
    unset HD_LOCK
    fact owner "$(cat "$1/lock")"
    return 2
  fi
  printf '%s' "$2" >"$1/lock" && printf '%s\n' "$2" >>"$1/journal.jsonl"
}

# drop_lock STATE OWNER: lets go, if it was got, and writes OWNER's last word into the journal.
drop_lock() {
  [ -n "${HD_LOCK-}" ] || return 0
  printf '%s\n' "$2" >>"$1/journal.jsonl"
  : >"$1/lock"
  exec {HD_LOCK}>&-
  unset HD_LOCK
}
