# shellcheck shell=bash
set +m
use_release
live_slot
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

enable_slot() {
  systemctl is-enabled --quiet "$(puma_unit "$1")" || systemctl enable --quiet --no-reload "$(puma_unit "$1")" "puma-$APP@$1.socket"
}

if [ -z "$FORCE" ] && [ -n "$SLOT" ] && [ "$LIVE_RELEASE $LIVE_PRINT" = "$RELEASE $print" ] && systemctl is-active --quiet "$(puma_unit "$SLOT")"; then
  fact slot "$SLOT"
  [ -n "${PLAN-}" ] || { rm -f "$STATE/candidate"; enable_slot "$SLOT"; }
  exit 0
fi

need_bundle
new=a
[ "$SLOT" != a ] || [ "$HANDOVER" = restart ] || new=b
would "$([ -n "$SLOT" ] && echo "hand over to" || echo start) release $RELEASE in slot $new" || exit 0

before=$(readlink "$APP_ROOT/slots/$new" 2>/dev/null || true)
put_slot() { ln -sfn "$1" "$APP_ROOT/slots/.$new" && mv -fT "$APP_ROOT/slots/.$new" "$APP_ROOT/slots/$new"; }
put_slot "$APP_DIR"
[ "$HANDOVER" = restart ] || systemctl stop "$(puma_unit "$new")" "puma-$APP@$new.socket" 2>/dev/null || true
systemctl reset-failed "$(puma_unit "$new")" 2>/dev/null || true
systemctl start "puma-$APP@$new.socket" || fail SocketNotStarted "systemd could not listen on /run/puma-$APP/$new.sock." "journalctl -u puma-$APP@$new.socket"
systemctl restart "$(puma_unit "$new")" || true
if ! wait_healthy "$new"; then
  kept="the running app was not touched"
  if [ "$HANDOVER" = restart ] && [ -n "$before" ]; then
    put_slot "$before"
    systemctl restart "$(puma_unit "$new")"
    kept="release $(basename "$before") is started again"
  else
    systemctl stop "$(puma_unit "$new")" "puma-$APP@$new.socket" 2>/dev/null || true
  fi
  [ -n "$SLOT" ] || kept="nothing serves yet"
  mark failed "$HEALTH_CODE"
  fail_health "$new" AppNotHealthy "The new Puma of $APP (release $RELEASE) is not healthy, $kept" "Start-PumaService $APP"
fi
fact boots 1
if [ -n "$UNDO" ] && [ -n "$LIVE_RELEASE" ]; then
  fact migrations "$(comm -13 <(find "$APP_DIR/db/migrate" -name '*.rb' -printf '%f\n' 2>/dev/null | sort) \
    <(find "$APP_ROOT/releases/$LIVE_RELEASE${SUBFOLDER:+/$SUBFOLDER}/db/migrate" -name '*.rb' -printf '%f\n' 2>/dev/null | sort))"
fi

# From here on users see the new release. The static files come first: they still hold the digests of the old one.
old_upstream=$(cat "$CONF/upstream.conf")$'\n'
workers=$(pgrep -f '^nginx: worker' || true)
upstream="server unix:/run/puma-$APP/$new.sock fail_timeout=0;"$'\n'
[ "$old_upstream" = "$upstream" ] || write_file "$CONF/upstream.conf" 0644 root:root "$upstream"
if ! nginx_accepts; then
  printf '%s\n' "$NGINX_SAID"
  write_file "$CONF/upstream.conf" 0644 root:root "$old_upstream"
  [ "$HANDOVER" = restart ] || systemctl stop "$(puma_unit "$new")" "puma-$APP@$new.socket"
  fail NginxConfigBroken "nginx's configuration is broken, so nothing was handed over: $(grep -m1 -F '[emerg]' <<<"$NGINX_SAID")" \
    "Mend the file it names on the server, then Start-PumaService $APP"
fi
ln -sfn "$APP_ROOT/releases/$RELEASE" "$APP_ROOT/.current" && mv -fT "$APP_ROOT/.current" "$APP_ROOT/current"
printf '%s %s %s\n' "$new" "$RELEASE" "$print" >"$STATE/.live" && mv -f "$STATE/.live" "$STATE/live"
if [ "$old_upstream" != "$upstream" ] || ! systemctl is-active --quiet nginx; then nginx_take; fi
rm -f "$STATE/candidate"
rm -f "$MARKS/failed"
if [ -n "$UNDO" ] && [ -d "$STATE/releases/$LIVE_RELEASE" ]; then echo undone >"$STATE/releases/$LIVE_RELEASE/failed"; fi
mark live "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
# In the order of going live: what a rollback goes back along.
printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$RELEASE" >>"$STATE/lives"
enable_slot "$new"

if [ -n "$SLOT" ] && [ "$SLOT" != "$new" ]; then
  # The old Puma goes when the workers that talk to it have finished; it finishes its own requests itself.
  for ((tries = 0; tries < 100; tries++)); do
    left=''
    for pid in $workers; do [ ! -d "/proc/$pid" ] || left=1; done
    [ -n "$left" ] || break
    sleep 0.05
  done
  systemctl disable --quiet --no-reload "$(puma_unit "$SLOT")" "puma-$APP@$SLOT.socket"
  systemctl stop --no-block "puma-$APP@$SLOT.socket" "$(puma_unit "$SLOT")"
fi
fact slot "$new"

# Only releases that once went live count; the live one and what a slot points at stay whatever their age.
kept=0
while IFS= read -r old; do
  [ -n "$old" ] || continue
  if [ -f "$STATE/releases/$old/live" ]; then
    kept=$((kept + 1))
    [ "$kept" -gt "$KEEP_RELEASES" ] || continue
  elif [ ! -f "$STATE/releases/$old/failed" ]; then
    continue
  fi
  # The one to go back to stays too.
  [ "$old" != "$LIVE_RELEASE" ] || continue
  case " $(readlink "$APP_ROOT/slots/a" 2>/dev/null || true)/ $(readlink "$APP_ROOT/slots/b" 2>/dev/null || true)/ $APP_ROOT/releases/$RELEASE/ " in
    *"/releases/$old/"*) continue ;;
  esac
  rm -rf "$APP_ROOT/releases/${old:?}" "$STATE/releases/${old:?}"
  fact pruned "$old"
done < <(find "$APP_ROOT/releases" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%f\n' | sort -r)
