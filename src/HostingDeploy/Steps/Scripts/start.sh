# shellcheck shell=bash
set +m
use_release
live_slot
# Somebody may have deployed between the question and the answer.
[ -z "$UNDO" ] || [ "$UNDO" = "$LIVE_RELEASE" ] ||
  fail LiveReleaseChanged "Release $LIVE_RELEASE went live since it was looked at: it is not the one to go back from." "Get-AppRelease $APP, then Undo-AppDeployment $APP again"
units=/etc/systemd/system
for needed in "$units/puma-$APP@.service:Publish-SystemdUnit" "$CONF/secrets.env:Sync-Secrets"; do
  [ -f "${needed%:*}" ] || not_yet "what ${needed##*:} makes"
  [ -f "${needed%:*}" ] || fail StepMissing "${needed%:*} is not there yet." "${needed##*:} $APP"
done
# A Puma serves what this says; when it says something else, a new one takes over.
print=$({
  printf '%s\n' "$RELEASE"
  cat "$CONF/app.env" "$CONF/secrets.env" "$units/puma-$APP@.service" "$units/puma-$APP@.socket"
} | hash_text)

other_slot() { [ "$1" = a ] && echo b || echo a; }

# is_stopped SLOT: nothing of it runs, and nothing would start it.
is_stopped() { ! systemctl is-active --quiet "$(puma_unit "$1")" && ! systemctl is-enabled --quiet "$(puma_unit "$1")" 2>/dev/null; }

# The one address nginx has for the app: a link to the socket of the slot that serves.
live_socket=$APP_ROOT/live.sock

# is_settled SLOT: every request goes there, and the other slot is at rest. Cut off in between, a handover is finished by the
# next run.
is_settled() {
  [ "$(readlink "$live_socket" 2>/dev/null || true)" = "$(socket_of "$1")" ] && [ "$(readlink "$APP_ROOT/current" 2>/dev/null || true)" = "$APP_ROOT/releases/$RELEASE" ] &&
    [ -f "$MARKS/live" ] && is_stopped "$(other_slot "$1")"
}

# boot SLOT: the release's Puma in this slot, answering, or an error and everything as before.
boot() {
  local slot=$1 kept
  BEFORE=$(readlink "$APP_ROOT/slots/$slot" 2>/dev/null || true)
  # What a run that was cut off left there, or a Puma that is still finishing its last requests.
  if [ "$SLOT" != "$slot" ]; then systemctl stop "$(puma_unit "$slot")" "puma-$APP@$slot.socket" 2>/dev/null || true; fi
  # Whoever gives up now, or is cut off, leaves things as they were. A server that goes down says TERM too, and would wait for
  # this step while this step waits for the socket.
  trap 'unboot "$slot" "$BEFORE" --no-block; exit 143' TERM
  trap 'unboot "$slot" "$BEFORE" --no-block; exit 129' HUP
  turn "$APP_ROOT/slots/$slot" "$APP_DIR"
  systemctl reset-failed "$(puma_unit "$slot")" 2>/dev/null || true
  systemctl start "puma-$APP@$slot.socket" || fail SocketNotStarted "systemd could not listen on $(socket_of "$slot")." "journalctl -u puma-$APP@$slot.socket"
  # shellcheck disable=SC2034 # for explain_health
  HEALTH_SINCE=@$EPOCHREALTIME
  systemctl restart "$(puma_unit "$slot")" || true
  # Where nobody serves, there is nobody to leave anything to.
  if [ -n "$SLOT" ] && [ "$SLOT" != "$slot" ]; then step_back "$slot"; fi
  # Whoever gives up from here until all is ready to be switched gives up this.
  if wait_healthy "$slot"; then
    BOOTED=1
    step_forward "$slot"
    return 0
  fi
  explain_health "$slot"
  unboot "$slot" "$BEFORE"
  end_on_signal
  [ "$RELEASE" = "$LIVE_RELEASE" ] || mark failed "$HEALTH_CODE"
  kept='the running app was not touched'
  [ -n "$SLOT" ] || kept='nothing serves yet'
  [ "$SLOT" != "$slot" ] || kept="release $LIVE_RELEASE is started again"
  fail AppNotHealthy "The new Puma of $APP (release $RELEASE) is not healthy, $kept: $HEALTH_REASON." "Start-PumaService $APP"
}

# unboot SLOT BEFORE [--no-block]: what boots there is not wanted, and nobody has asked it anything: it need not finish. In the live slot
# the release before starts again.
unboot() {
  if [ "$SLOT" != "$1" ]; then
    systemctl kill --signal=KILL "$(puma_unit "$1")" 2>/dev/null || true
    systemctl stop ${3+"$3"} "$(puma_unit "$1")" "puma-$APP@$1.socket" 2>/dev/null || true
    # Killed on purpose, it is no failure for anyone to look into.
    systemctl reset-failed "$(puma_unit "$1")" 2>/dev/null || true
  elif [ -n "$2" ] && [ "$2" != "$APP_DIR" ]; then
    turn "$APP_ROOT/slots/$1" "$2"
    systemctl restart --no-block "$(puma_unit "$1")"
  fi
}

# switch_to SLOT: users see the release from here on. nginx knows the app by one address, a link to the live Puma's socket:
# it follows it for each request, so that turning it drops nothing and nginx need not even know. The static files come
# first: they still hold the old one's digests.
switch_to() {
  local slot=$1
  # What can fail or take its time comes first; until here somebody who gives up has everything as before.
  if ! printf '%s %s %s\n' "$slot" "$RELEASE" "$print" >"$STATE/.live" || ! sync "$STATE/.live"; then
    rm -f "$STATE/.live"
    [ -z "$BOOTED" ] || unboot "$slot" "$BEFORE"
    fail FileNotWritten "Could not write $STATE/live: no space left, or the disk is read-only. The running app was not touched." "df -h $STATE"
  fi
  # A client that goes away now must not leave it half done; a few milliseconds, then it may.
  trap '' HUP TERM
  systemctl is-enabled --quiet "$(puma_unit "$slot")" || systemctl enable --quiet --no-reload "$(puma_unit "$slot")" "puma-$APP@$slot.socket"
  mv -fT "$STATE/.live" "$STATE/live"
  point "$APP_ROOT/current" "$APP_ROOT/releases/$RELEASE"
  point "$live_socket" "$(socket_of "$slot")"
  end_on_signal
  sync "$STATE" "$APP_ROOT"
  went_live
  rm -f "$STATE/candidate"
}

# went_live: the release counts as good from now on.
went_live() {
  rm -f "$MARKS/failed"
  if [ "$RELEASE" = "$LIVE_RELEASE" ] && [ -f "$MARKS/live" ]; then return 0; fi
  mark live "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  add_line lives "$(<"$MARKS/live") $RELEASE"
  # Which commit it was outlives the release; until it goes live again on purpose.
  if [ -n "$UNDO" ] && [ -d "$STATE/releases/$LIVE_RELEASE" ]; then
    note_down "releases/$LIVE_RELEASE/failed" undone
    add_line undone "$(<"$MARKS/live") $(cut -d' ' -f1 "$STATE/releases/$LIVE_RELEASE/source") $LIVE_RELEASE"
  elif grep -qsF " $COMMIT " "$STATE/undone"; then
    note_down undone "$(grep -vF " $COMMIT " "$STATE/undone" || true)"
  fi
}

# add_line FILE TEXT: to a list that the server keeps of the app.
add_line() {
  local lines
  lines=$(cat "$STATE/$1" 2>/dev/null || true)
  note_down "$1" "${lines:+$lines$'\n'}$2"
}

# retire SLOT: no new request comes there any more. What waits in its socket is let in first; what is in, its Puma finishes
# when it is told to stop, however long that takes.
retire() {
  local tries
  if is_stopped "$1"; then return 0; fi
  for ((tries = 0; tries < 600; tries++)); do
    sleep 0.05
    is_awaited "$1" || break
  done
  systemctl disable --quiet --no-reload "$(puma_unit "$1")" "puma-$APP@$1.socket" 2>/dev/null || true
  systemctl stop --no-block "puma-$APP@$1.socket" "$(puma_unit "$1")"
}

# is_awaited SLOT: has somebody connected whom Puma has not let in? Such a connection is nobody's file yet: its inode is 0.
is_awaited() { awk -v path="$(socket_of "$1")" '$7 == 0 && $8 == path && NF == 8 { found = 1 } END { exit !found }' /proc/net/unix; }

# prune: what stays is the last ones that went live and were not rolled back from since, in the order of their going live;
# beside them the live one, the one before it, what a slot points at and a candidate.
prune() {
  local old kept='' pointed count=0
  read_candidate
  pointed=" $(readlink "$APP_ROOT/slots/a" 2>/dev/null || true)/ $(readlink "$APP_ROOT/slots/b" 2>/dev/null || true)/ /releases/$RELEASE/ /releases/$LIVE_RELEASE/ /releases/$CANDIDATE/ "
  while read -r _ old; do
    if [[ " $kept " == *" $old "* ]] || ! is_release "$old" || [ -f "$STATE/releases/$old/failed" ]; then continue; fi
    kept+=" $old"
    count=$((count + 1))
    [ "$count" -lt "$KEEP_RELEASES" ] || break
  done < <(tac "$STATE/lives")
  while IFS= read -r old; do
    [[ " $kept " != *" $old "* && $pointed != *"/releases/$old/"* ]] || continue
    clear_away "$old"
    fact pruned "$old"
  done < <(known_releases)
  # What an earlier run was cut off at has no marks any more.
  for old in "$APP_ROOT"/releases/*; do
    old=${old##*/}
    [[ ! $old =~ ^($RELEASE_NAME)$ ]] || [ -e "$STATE/releases/$old" ] || clear_away "$old"
  done
}

BOOTED='' BEFORE=''
slot=$SLOT
if [ -z "$SLOT" ] || [ -n "$FORCE" ] || pending Unit || pending Secrets || pending Bundle || [ "$LIVE_RELEASE $LIVE_PRINT" != "$RELEASE $print" ] || ! systemctl is-active --quiet "$(puma_unit "$SLOT")"; then
  need_bundle
  slot=a
  [ "$SLOT" != a ] || [ "$HANDOVER" = restart ] || slot=b
  would "$([ -n "$SLOT" ] && echo "hand over to" || echo start) release $RELEASE in slot $slot" || exit 0
  if [ -n "$UNDO" ] && [ -n "$LIVE_RELEASE" ]; then
    fact migrations "$(comm -13 <(grep '\.rb$' "$MARKS/migrations" | sort) <(grep '\.rb$' "$STATE/releases/$LIVE_RELEASE/migrations" | sort) || true)"
  fi
  # What goes live is on disk, with all that it stands on.
  settle "$APP_ROOT" "$STATE" "$CONF" "$units"
  boot "$slot"
  fact boots 1
elif is_settled "$SLOT"; then
  fact slot "$SLOT"
  [ -n "${PLAN-}" ] || rm -f "$STATE/candidate"
  exit 0
else
  would "finish handing over to release $RELEASE in slot $slot" || exit 0
fi
switch_to "$slot"
retire "$(other_slot "$slot")"
prune
fact slot "$slot"
