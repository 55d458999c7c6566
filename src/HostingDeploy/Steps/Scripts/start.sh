# shellcheck shell=bash
set +m
use_release
live_slot
# Somebody may have deployed between the question and the answer.
[ -z "$UNDO" ] || [ "$UNDO" = "$LIVE_RELEASE" ] ||
  fail LiveReleaseChanged "Release $LIVE_RELEASE went live since it was looked at: it is not the one to go back from." "Get-AppRelease $APP, then Undo-AppDeployment $APP again"
units=/etc/systemd/system
for needed in "$units/puma-$APP@.service:Publish-SystemdUnit" "$CONF/secrets.env:Sync-Secrets" "$CONF/upstream.conf:Publish-NginxSite"; do
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

upstream_of() { printf 'server unix:/run/puma-%s/%s.sock fail_timeout=0;\n' "$APP" "$1"; }

# is_settled SLOT: nginx sends everything there, and the other slot is at rest. Cut off in between, a handover is finished
# by the next run.
is_settled() {
  [ "$(cat "$CONF/upstream.conf")" = "$(upstream_of "$1")" ] && [ "$(readlink "$APP_ROOT/current" 2>/dev/null || true)" = "$APP_ROOT/releases/$RELEASE" ] &&
    nginx_is_current && is_stopped "$(other_slot "$1")"
}

# boot SLOT: the release's Puma in this slot, answering, or an error and everything as before.
boot() {
  local slot=$1 before kept
  before=$(readlink "$APP_ROOT/slots/$slot" 2>/dev/null || true)
  put_slot "$slot" "$APP_DIR"
  if [ "$SLOT" != "$slot" ]; then systemctl stop "$(puma_unit "$slot")" "puma-$APP@$slot.socket" 2>/dev/null || true; fi
  systemctl reset-failed "$(puma_unit "$slot")" 2>/dev/null || true
  systemctl start "puma-$APP@$slot.socket" || fail SocketNotStarted "systemd could not listen on /run/puma-$APP/$slot.sock." "journalctl -u puma-$APP@$slot.socket"
  systemctl restart "$(puma_unit "$slot")" || true
  if wait_healthy "$slot"; then return 0; fi
  kept='the running app was not touched'
  if [ "$SLOT" = "$slot" ] && [ -n "$before" ] && [ "$before" != "$APP_DIR" ]; then
    put_slot "$slot" "$before"
    systemctl restart "$(puma_unit "$slot")" || true
    kept="release $LIVE_RELEASE is started again"
  elif [ "$SLOT" != "$slot" ]; then
    systemctl stop "$(puma_unit "$slot")" "puma-$APP@$slot.socket" 2>/dev/null || true
    [ -n "$SLOT" ] || kept='nothing serves yet'
  fi
  [ "$RELEASE" = "$LIVE_RELEASE" ] || mark failed "$HEALTH_CODE"
  fail_health "$slot" AppNotHealthy "The new Puma of $APP (release $RELEASE) is not healthy, $kept" "Start-PumaService $APP"
}

put_slot() { ln -sfn "$2" "$APP_ROOT/slots/.$1" && mv -fT "$APP_ROOT/slots/.$1" "$APP_ROOT/slots/$1"; }

# switch_to SLOT: users see the release from here on. The static files come first: they still hold the old one's digests.
switch_to() {
  local slot=$1 old upstream
  old=$(cat "$CONF/upstream.conf")$'\n'
  upstream=$(upstream_of "$slot")$'\n'
  if [ "$old" != "$upstream" ]; then
    # Tested before anything is switched.
    write_file "$CONF/upstream.conf" 0644 root:root "$upstream"
    if ! nginx_accepts; then
      write_file "$CONF/upstream.conf" 0644 root:root "$old"
      printf '%s\n' "$NGINX_SAID"
      if [ "$SLOT" != "$slot" ]; then systemctl stop "$(puma_unit "$slot")" "puma-$APP@$slot.socket"; fi
      fail NginxConfigBroken "nginx's configuration is broken, so nothing was handed over: $(grep -m1 -F '[emerg]' <<<"$NGINX_SAID")" \
        "Mend the file it names on the server, then Start-PumaService $APP"
    fi
  fi
  # A client that goes away now must not leave it half done; a few milliseconds, then it may.
  trap '' HUP TERM
  systemctl is-enabled --quiet "$(puma_unit "$slot")" || systemctl enable --quiet --no-reload "$(puma_unit "$slot")" "puma-$APP@$slot.socket"
  printf '%s %s %s\n' "$slot" "$RELEASE" "$print" >"$STATE/.live" && mv -f "$STATE/.live" "$STATE/live"
  ln -sfn "$APP_ROOT/releases/$RELEASE" "$APP_ROOT/.current" && mv -fT "$APP_ROOT/.current" "$APP_ROOT/current"
  WORKERS=$(pgrep -f '^nginx: worker' || true)
  nginx_take
  end_on_signal
}

# retire SLOT: when the workers that still talk to its Puma have finished, it finishes its own requests and stops.
retire() {
  local tries pid left
  if is_stopped "$1"; then return 0; fi
  for ((tries = 0; tries < 200; tries++)); do
    left=''
    for pid in $WORKERS; do [ ! -d "/proc/$pid" ] || left=1; done
    [ -n "$left" ] || break
    sleep 0.05
  done
  systemctl disable --quiet --no-reload "$(puma_unit "$1")" "puma-$APP@$1.socket" 2>/dev/null || true
  systemctl stop --no-block "puma-$APP@$1.socket" "$(puma_unit "$1")"
}

# went_live: the release counts as good from now on.
went_live() {
  rm -f "$STATE/candidate" "$MARKS/failed"
  if [ "$RELEASE" = "$LIVE_RELEASE" ]; then return 0; fi
  mark live "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  printf '%s %s\n' "$(cat "$MARKS/live")" "$RELEASE" >>"$STATE/lives"
  # Which commit it was outlives the release; until it goes live again on purpose.
  if [ -n "$UNDO" ] && [ -d "$STATE/releases/$LIVE_RELEASE" ]; then
    echo undone >"$STATE/releases/$LIVE_RELEASE/failed"
    printf '%s %s %s\n' "$(cat "$MARKS/live")" "$(cut -d' ' -f1 "$STATE/releases/$LIVE_RELEASE/source" 2>/dev/null || true)" "$LIVE_RELEASE" >>"$STATE/undone"
  elif [ -f "$STATE/undone" ]; then
    sed -i "/ $COMMIT /d" "$STATE/undone"
  fi
}

# prune: what stays is the last ones that went live and were not rolled back from since, in the order of their going live;
# beside them the live one, the one before it, what a slot points at and a candidate.
prune() {
  local old kept='' pointed count=0
  pointed=" $(readlink "$APP_ROOT/slots/a" 2>/dev/null || true)/ $(readlink "$APP_ROOT/slots/b" 2>/dev/null || true)/ $APP_ROOT/releases/$RELEASE/ $APP_ROOT/releases/$LIVE_RELEASE/ "
  while read -r _ old; do
    if [[ " $kept " == *" $old "* ]] || [ ! -d "$APP_ROOT/releases/$old" ] || [ -f "$STATE/releases/$old/failed" ]; then continue; fi
    kept+=" $old"
    count=$((count + 1))
    [ "$count" -lt "$KEEP_RELEASES" ] || break
  done < <(tac "$STATE/lives")
  while IFS= read -r old; do
    [ -f "$STATE/releases/$old/live" ] || [ -f "$STATE/releases/$old/failed" ] || continue
    [[ " $kept " != *" $old "* && $pointed != *"/releases/$old/"* ]] || continue
    rm -rf "$APP_ROOT/releases/${old:?}" "$STATE/releases/${old:?}"
    fact pruned "$old"
  done < <(find "$APP_ROOT/releases" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%f\n' | sort -r)
}

slot=$SLOT
if [ -z "$SLOT" ] || [ -n "$FORCE" ] || [ "$LIVE_RELEASE $LIVE_PRINT" != "$RELEASE $print" ] || ! systemctl is-active --quiet "$(puma_unit "$SLOT")"; then
  need_bundle
  slot=a
  [ "$SLOT" != a ] || [ "$HANDOVER" = restart ] || slot=b
  would "$([ -n "$SLOT" ] && echo "hand over to" || echo start) release $RELEASE in slot $slot" || exit 0
  if [ -n "$UNDO" ] && [ -n "$LIVE_RELEASE" ]; then
    fact migrations "$(comm -13 <(find "$APP_DIR/db/migrate" -name '*.rb' -printf '%f\n' 2>/dev/null | sort) \
      <(find "$APP_ROOT/releases/$LIVE_RELEASE${SUBFOLDER:+/$SUBFOLDER}/db/migrate" -name '*.rb' -printf '%f\n' 2>/dev/null | sort))"
  fi
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
went_live
retire "$(other_slot "$slot")"
prune
fact slot "$slot"
