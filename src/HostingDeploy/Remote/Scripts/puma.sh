# shellcheck shell=bash
# Asking a Puma how it is, through its own socket: what nginx will do a moment later.

puma_unit() { printf 'puma-%s@%s.service' "$APP" "$1"; }

socket_of() { printf '/run/puma-%s/%s.sock' "$APP" "$1"; }

# step_back SLOT: the Puma that boots there leaves the processors to the one that serves.
step_back() {
  local unit
  unit=$(puma_unit "$1")
  PUMA_NICE=$(systemctl show -p Nice --value "$unit")
  [[ $PUMA_NICE =~ ^-?[0-9]+$ ]] && [ "$PUMA_NICE" -lt "$BEHIND" ] || PUMA_NICE=''
  [ -z "$PUMA_NICE" ] || rank_puma "$unit" "$BEHIND" "$BEHIND"
}

# step_forward SLOT: it is to serve, and comes first from now on.
step_forward() { [ -z "${PUMA_NICE-}" ] || rank_puma "$(puma_unit "$1")" "$PUMA_NICE" 0; }

# rank_puma UNIT NICE SESSION_NICE: all threads of its processes, which are one group.
rank_puma() {
  local pid
  pid=$(systemctl show -p MainPID --value "$1")
  [ "${pid:-0}" != 0 ] || return 0
  renice -n "$2" -g "$pid" >/dev/null 2>&1 || true
  rank_session "$pid" "$3"
}

# ask_health SLOT SECONDS: sets HEALTH_CODE (000: no answer) and HEALTH_SAID (where it redirects to, or the body's begin).
ask_health() {
  local answer
  answer=$(curl --silent --max-time "$2" --unix-socket "$(socket_of "$1")" -H "Host: $DOMAIN" -H 'X-Forwarded-Proto: https' -H 'X-Forwarded-For: 127.0.0.1' \
    --output - --write-out '\n%{http_code} %{redirect_url}' "http://$DOMAIN$HEALTH_PATH" 2>/dev/null | tr -d '\0' | tail -c 2000) || true
  HEALTH_CODE=${answer##*$'\n'}
  HEALTH_SAID=${HEALTH_CODE#* }
  HEALTH_CODE=${HEALTH_CODE%% *}
  [ -n "$HEALTH_SAID" ] || HEALTH_SAID=${answer%$'\n'*}
  [ -n "$HEALTH_CODE" ] || HEALTH_CODE=000
}

# wait_healthy SLOT: one request that waits in the listening socket until Puma takes it, while another eye is on the
# process; no sleeping, no guessing. One that stepped back and is not there after half the time gets the processors that it needs. Sets HEALTH_CODE; `crashed` when the process went away.
wait_healthy() {
  local unit watcher asker answer deadline=$((SECONDS + HEALTH_TIMEOUT)) half=$((SECONDS + HEALTH_TIMEOUT / 2)) tries=0
  unit=$(puma_unit "$1")
  answer=$(mktemp)
  while [ "$SECONDS" -lt "$deadline" ]; do
    (
      ask_health "$1" "$((deadline - SECONDS))"
      printf '%s\n%s' "$HEALTH_CODE" "$HEALTH_SAID" >"$answer"
    ) &
    asker=$!
    (
      while sleep 0.2; do
        systemctl is-active --quiet "$unit" || { pkill -P "$asker" curl; kill "$asker"; } 2>/dev/null
        if [ "$SECONDS" -ge "$half" ]; then
          step_forward "$1"
          PUMA_NICE=''
        fi
      done
    ) &
    watcher=$!
    if wait "$asker"; then
      HEALTH_CODE=$(head -n 1 "$answer")
      HEALTH_SAID=$(tail -n +2 "$answer")
    else
      HEALTH_CODE=crashed
      HEALTH_SAID=''
    fi
    kill "$watcher" 2>/dev/null
    wait "$watcher" 2>/dev/null || true
    systemctl is-active --quiet "$unit" || HEALTH_CODE=crashed
    case $HEALTH_CODE in
      "$HEALTH_STATUS")
        tries=$((tries + 1))
        [ "$tries" -lt 3 ] || break
        ;;
      5??)
        # A pool still warming up may fail once or twice.
        tries=$((tries - 1))
        [ "$tries" -gt -5 ] || break
        sleep 0.5
        ;;
      *) break ;;
    esac
  done
  rm -f "$answer"
  [ "$HEALTH_CODE" = "$HEALTH_STATUS" ]
}

# explain_health SLOT: sets HEALTH_REASON, why it is not healthy in words, and prints what it said since HEALTH_SINCE.
explain_health() {
  local unit journal
  unit=$(puma_unit "$1")
  # Of systemd's own lines those that tell of something wrong: it has one for every process that it stops, and they would push out
  # what the app said. What went wrong stands in front of a trace that may be a hundred lines long: three of them do.
  journal=$(journalctl ${HEALTH_SINCE:+--since "$HEALTH_SINCE"} -n 1000 --no-pager -o cat "_SYSTEMD_UNIT=$unit" + _PID=1 "UNIT=$unit" PRIORITY={0..4} 2>/dev/null |
    awk -v frame=":[0-9]+:in [\`'].*'\$" '$0 !~ frame { frames = 0 } $0 !~ frame || ++frames <= 3' | tail -n 40 | redacted || true)
  printf '%s\n' "$journal"
  case $HEALTH_CODE in
    crashed) HEALTH_REASON='it stopped while starting' ;;
    000) HEALTH_REASON="it did not answer within $HEALTH_TIMEOUT s" ;;
    30?) HEALTH_REASON="it answered $HEALTH_CODE, a redirect to $HEALTH_SAID: force_ssl does not see X-Forwarded-Proto, or $HEALTH_PATH needs a login (config.ssl_options redirect exclude)" ;;
    403) HEALTH_REASON="it answered 403: host authorization (config.hosts) does not know $DOMAIN" ;;
    404) HEALTH_REASON="it answered 404: there is no route $HEALTH_PATH (health.path in hosting.yml)" ;;
    *) HEALTH_REASON="it answered $HEALTH_CODE instead of $HEALTH_STATUS" ;;
  esac
  case $journal in
    *'Address already in use'*) HEALTH_REASON+=' (its address is in use already)' ;;
    *GemNotFound* | *'cannot load such file'*) HEALTH_REASON+=' (a gem or file is missing)' ;;
    *'Missing '*secret_key_base* | *'secret_key_base'*'missing'* | *'MasterKey'* | *'MissingKeyError'*) HEALTH_REASON+=' (a secret is missing)' ;;
    *'key not found: "'*) HEALTH_REASON+=" (a secret or setting is missing: $(sed -n 's/.*key not found: "\([^"]*\)".*/\1/p' <<<"$journal" | head -n 1))" ;;
    *'Cannot allocate memory'* | *'NoMemoryError'*) HEALTH_REASON+=' (out of memory)' ;;
    *'PG::ConnectionBad'* | *'ConnectionNotEstablished'*) HEALTH_REASON+=' (the database cannot be reached)' ;;
    *PendingMigrationError*) HEALTH_REASON+=' (migrations are pending)' ;;
  esac
  case $(systemctl show -p Result --value "$unit"):$(systemctl show -p ExecMainStatus --value "$unit") in
    oom-kill:*) HEALTH_REASON+=' (out of memory)' ;;
    signal:9) HEALTH_REASON+=' (killed by SIGKILL, perhaps for want of memory: journalctl -k tells)' ;;
  esac
}
