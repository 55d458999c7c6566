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
  # What failed in an earlier deployment is told already.
  systemctl reset-failed "hosting-${1##*/}.*.service" 2>/dev/null || true
  printf '%s' "$2" >"$1/lock" && printf '%s\n' "$2" >>"$1/journal.jsonl"
}

drop_lock() {
  : >"$1/lock"
  exec {HD_LOCK}>&-
  unset HD_LOCK
}
