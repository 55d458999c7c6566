# shellcheck shell=bash
# shellcheck disable=SC2034 # what these functions find out is for the scripts that call them
# What every step script stands on; evaluated once in the session's shell. A step finds its parameters in upper-case
# variables and answers with facts. It looks first; every change goes through `would`, so that a plan (PLAN=1) and the
# real run are one text.

# fact NAME VALUE: reports a value; it may hold anything but NUL.
fact() { printf '%s F %s %s %d\n%s\n' "$HD_NONCE" "$HD_ID" "$1" "${#2}" "$2"; }

# changed TEXT: something is different now.
changed() {
  fact change "$1"
  CHANGES+=("$1")
}

# would TEXT: true when the change is to be made; in a plan it is only told.
would() {
  changed "$1"
  [ -z "${PLAN-}" ]
}

note() { fact note "$1"; }

# fail ERROR_ID MESSAGE [ACTION]: ends the step with an error a person can act on.
fail() {
  strike "${@:2}"
  ERROR_ID=$1 ERROR_MESSAGE=${STRUCK[0]}
  fact error.id "$1"
  fact error.message "${STRUCK[0]}"
  [ $# -lt 3 ] || fact error.action "${STRUCK[1]}"
  exit 64
}

# disk_was_full FILE: so says what was printed there; or the disk has no room for saying it.
disk_was_full() { grep -qs 'No space left on device' "$1" || df --output=avail "$STATE" "$APP_ROOT" 2>/dev/null | grep -qx ' *0'; }

fail_disk_full() {
  fail DiskFull "The server's disk was full during $1 (No space left on device)." "df -h on the server; make room, then run the step again"
}

json() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  printf '"%s"' "${text//[$'\001'-$'\037']/ }"
}

# Whoever serves visitors comes first, to processors and disks: what works at a deployment runs at this nice value.
readonly BEHIND=10

# rank_session PID NICE: where the kernel first shares out processors by sessions, a nice value counts within one alone (sched(7), "The
# autogroup feature"), and the session has its own.
rank_session() { { printf '%s\n' "$2" >"/proc/$1/autogroup"; } 2>/dev/null || true; }

# journal_step NAME: from here on the step writes itself into the journal of the deployment, however it ends.
journal_step() {
  CHANGES=() ERROR_ID='' ERROR_MESSAGE='' STEP_BEGAN=$EPOCHREALTIME
  renice -n "$BEHIND" -p "$BASHPID" >/dev/null 2>&1 || true
  rank_session "$BASHPID" "$BEHIND"
  if [ -z "$DEPLOYMENT" ] || [ -n "$PLAN" ]; then return 0; fi
  JOURNAL_STEP=$1 JOURNAL_PID=$BASHPID
  at_work
  # For whoever asks what the holder of the lock is doing.
  { printf '%s\n' "${HOOK_MOMENT:+hook $HOOK_MOMENT }$1" >>"$STATE/lock"; } 2>/dev/null || true
  trap 'journal_step_end $?' EXIT
  end_on_signal
}

# end_on_signal: stopped by a person or by a lost connection, a step ends as one that failed.
end_on_signal() {
  trap 'exit 143' TERM
  trap 'exit 129' HUP
}

journal_step_end() {
  # Once, and not by a child that a signal met before it became another program.
  trap '' TERM HUP
  trap - EXIT
  [ "$BASHPID" = "$JOURNAL_PID" ] || return 0
  local status=unchanged ended=$EPOCHREALTIME changes='' change hook='' line
  [ ${#CHANGES[@]} = 0 ] || status=changed
  if [ -n "${HOOK_MOMENT-}" ]; then
    strike "$HOOK_RUN"
    status='done' hook="\"hook\":\"$HOOK_MOMENT\",\"index\":$HOOK_INDEX,\"run\":$(json "${STRUCK[0]}"),"
  fi
  [ "$1" = 0 ] || status=failed
  [ -d "$STATE" ] || return 0
  strike "${CHANGES[@]}"
  for change in "${STRUCK[@]}"; do changes+=${changes:+,}$(json "$change"); done
  printf -v line '{"deployment":%s,"step":%s,%s"status":"%s","began":%s,"ended":%s,"release":%s,"commit":%s,"changes":[%s],"error":%s,"message":%s}' \
    "$(json "$DEPLOYMENT")" "$(json "$JOURNAL_STEP")" "$hook" "$status" "$STEP_BEGAN" "$ended" "$(json "${RELEASE-}")" "$(json "${COMMIT-}")" "$changes" \
    "$(json "$ERROR_ID")" "$(json "$ERROR_MESSAGE")"
  journal_line "$STATE" "$line" || true
}

# journal_line STATE LINE: appends a record. One at a time, since bash writes a long one in pieces; and on a line of its own, also
# after one that a full disk or a power cut tore.
journal_line() {
  # shellcheck disable=SC2094 # it is looked at before it is written to
  {
    flock 9
    if [ -s "$1/journal.jsonl" ] && ! tail -c 1 "$1/journal.jsonl" | IFS= read -r; then printf '\n' >&9; fi
    printf '%s\n' "$2" >&9
  } 2>/dev/null 9>>"$1/journal.jsonl"
}

# show_diff OLD_FILE NEW_TEXT LABEL: the unified diff, as a fact.
show_diff() {
  local diff
  diff=$(diff -u --label "$3 (server)" --label "$3 (new)" "$1" <(printf '%s' "$2") || true)
  fact diff "$diff"
}

# same_file PATH MODE OWNER:GROUP TEXT: is the file there just so? A link is not.
same_file() {
  [ -f "$1" ] && [ ! -L "$1" ] && [ "$(stat -c '%a %U:%G' "$1")" = "${2#0} $3" ] && cmp -s "$1" <(printf '%s' "$4")
}

# settle PATH...: all that was written to the file systems of these is on their disks. Whatever vouches for it, a mark or a name,
# is written after this.
settle() { sync -f "$@" || fail FileNotWritten "What was written to ${1%/*} could not be brought to the disk." "dmesg and df -h ${1%/*} on the server, then run the step again"; }

# write_file PATH MODE OWNER:GROUP TEXT: whole or not at all, never readable by anyone it is not meant for, and on disk.
write_file() {
  local temporary=''
  stop_orphan
  # What a run that was killed in this very function left.
  rm -f "${1%/*}/.${1##*/}".??????
  if temporary=$(mktemp "${1%/*}/.${1##*/}.XXXXXX") && printf '%s' "$4" >"$temporary" && chown "$3" "$temporary" && chmod "$2" "$temporary" && sync "$temporary"; then
    mv -fT "$temporary" "$1"
    sync "${1%/*}"
  else
    [ -z "$temporary" ] || rm -f "$temporary"
    fail FileNotWritten "Could not write $1: no space left, or the disk is read-only." "df -h ${1%/*}"
  fi
}

# note_down NAME TEXT: a line that the server remembers of the app.
note_down() { write_file "$STATE/$1" 0600 root:root "$2"$'\n'; }

# put_file PATH MODE OWNER:GROUP TEXT: sets WROTE when it had to be written (or would have to). The functions that change
# something answer in variables, never by their status: called in a condition, bash would switch off `set -e` in them.
put_file() {
  WROTE=
  if same_file "$@"; then return 0; fi
  WROTE=1
  [ "$2" != 0644 ] || show_diff "$([ -f "$1" ] && echo "$1" || echo /dev/null)" "$4" "$1"
  if would "$([ -e "$1" ] && echo replace || echo write) $1"; then
    write_file "$@"
  fi
}

# boot_id: which boot of the server this is (random(4)). What was only written and not synced is of one boot.
boot_id() { printf '%s' "$(</proc/sys/kernel/random/boot_id)"; }

# point LINK TARGET: by rename, so that there is never a moment without it.
point() {
  ln -sfnT "$2" "${1%/*}/.${1##*/}" || fail UnsafePath "${1%/*}/.${1##*/} is in the way." "Find out who put it there, move it away on the server, then run the step again"
  mv -fT "${1%/*}/.${1##*/}" "$1"
}

# turn LINK TARGET: the same, and on disk.
turn() {
  point "$@"
  sync "${1%/*}"
}

# put_link TARGET LINK
put_link() {
  [ "$(readlink "$2" 2>/dev/null || true)" = "$1" ] && return 0
  if would "link $2 to $1"; then turn "$2" "$1"; fi
}

# put_dir PATH MODE OWNER:GROUP: in a folder of root's, so that nobody puts another thing in its place meanwhile. What somebody put
# there before is not taken for it.
put_dir() {
  if [ -L "$1" ] || { [ -e "$1" ] && [ ! -d "$1" ]; }; then
    fail UnsafePath "$1 is not a folder but a $(stat -c %F "$1")$(readlink "$1" | sed 's/^/ to /'). Nothing was done to it, or to what it leads to." "Find out who put it there, move it away on the server, then run the step again. A folder on another disk is mounted there (mount --bind), not linked"
  fi
  if [ -d "$1" ]; then
    [ "$(stat -c '%a %U:%G' "$1")" = "${2#0} $3" ] && return 0
    if would "set owner and mode of $1"; then
      chown -h "$3" "$1"
      chmod "$2" "$1"
    fi
  elif would "create $1"; then
    install -d -m "$2" -o "${3%:*}" -g "${3#*:}" "$1"
  fi
}

# pending STEP: in a plan, would that earlier step change something?
pending() { [[ " ${PENDING-} " == *" $1 "* ]]; }

hash_text() { sha256sum | cut -c1-32; }

# not_yet WHAT: a plan cannot look at what an earlier step has still to make.
not_yet() {
  [ -n "${PLAN-}" ] || return 0
  changed "do its work (it needs $1 first)"
  exit 0
}

# require_app: a step used alone says what has to come first. -O: root's, so that every name in there is one that root gave.
require_app() {
  if id -u "$APP_USER" "$BUILD_USER" >/dev/null 2>&1 && [ -O "$APP_ROOT/releases" ] && [ -O "$APP_ROOT/shared" ] && [ -d "$STATE/releases" ]; then return 0; fi
  not_yet "what New-AppDirectory makes"
  fail AppNotPrepared "The folders and the users of $APP are not on this server yet." "New-AppDirectory $APP"
}

# put_environment: the app's settings that are no secrets, for jobs and Puma alike. The first step to do it is Bundle.
put_environment() { pending Bundle || put_file "$CONF/app.env" 0640 root:root "$APP_ENV"; }
