# shellcheck shell=bash
require_app
put_environment
service=/etc/systemd/system/puma-$APP@.service
socket=/etc/systemd/system/puma-$APP@.socket
if ! same_file "$service" 0644 root:root "$UNIT_SERVICE"; then
  # What systemd cannot read must never replace what it has. The folder goes also when somebody gives up right here.
  said=$(
    check=$(mktemp -d -p /run)
    trap 'rm -rf "$check"' EXIT
    printf '%s' "$UNIT_SERVICE" >"$check/puma-$APP@.service"
    printf '%s' "$UNIT_SOCKET" >"$check/puma-$APP@.socket"
    SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no --recursive-errors=no "$check/puma-$APP@.service" 2>&1 | grep -F "$check" || true
  )
  [ -z "$said" ] || fail UnitRejected "systemd does not accept the unit of $APP: $said" "Correct puma.service.liquid beside hosting.yml, then Publish-SystemdUnit $APP"
fi
put_file "$service" 0644 root:root "$UNIT_SERVICE"
reload=$WROTE
put_file "$socket" 0644 root:root "$UNIT_SOCKET"
if [ -n "$reload$WROTE" ] && [ -z "${PLAN-}" ]; then systemctl daemon-reload; fi
