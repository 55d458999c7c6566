# shellcheck shell=bash
# Decommissions the app. Each thing is looked for on its own, so half of them may be gone already; what belongs to other
# apps is never touched.
if [ -f "$STATE/lock" ] && ! (exec 8<"$STATE/lock" && flock -n 8); then
  fail DeploymentLocked "$APP is being deployed at this moment." "Wait for it to end, then Remove-AppDeployment $APP"
fi
units=()
for slot in a b; do
  units+=("$(puma_unit "$slot")" "puma-$APP@$slot.socket")
done
for unit in "${units[@]}"; do
  activity=$(systemctl is-active "$unit" || true)
  if [ "$activity" = active ] || [ "$activity" = activating ] || systemctl is-enabled --quiet "$unit" 2>/dev/null; then
    if would "stop and disable $unit"; then
      systemctl stop "$unit" 2>/dev/null || true
      systemctl disable --quiet "$unit" 2>/dev/null || true
    fi
  fi
done
while read -r job _; do
  if would "stop $job"; then systemctl stop "$job"; fi
done < <(systemctl list-units --no-legend --plain --all "hosting-$APP.*.service" 2>/dev/null)

remove_path() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    if would "remove $1"; then rm -rf "${1:?}"; fi
  fi
}

link=/etc/nginx/sites-enabled/$APP
if [ -e "$link" ] || [ -L "$link" ] || [ -e "/etc/nginx/sites-available/$APP" ]; then
  remove_path "$link"
  remove_path "/etc/nginx/sites-available/$APP"
  if [ -z "${PLAN-}" ]; then
    if nginx_accepts; then nginx_take; else note "nginx was not reloaded: its configuration is broken elsewhere ($(grep -m1 -F '[emerg]' <<<"$NGINX_SAID"))"; fi
  fi
fi
if [ -z "$KEEP_CERTIFICATE" ] && [ -e "/etc/letsencrypt/renewal/$LINEAGE.conf" ]; then
  if would "delete the certificate $LINEAGE"; then certbot delete --non-interactive --cert-name "$LINEAGE"; fi
fi
remove_path "/etc/systemd/system/puma-$APP@.service"
reload=''
[ -n "${PLAN-}" ] || reload=1
remove_path "/etc/systemd/system/puma-$APP@.socket"
[ -z "$reload" ] || systemctl daemon-reload

if [ -n "$DROP_DATABASE" ]; then
  local_database || fail DatabaseNotLocal "PostgreSQL of $APP runs on $DB_HOST: drop the database there." "Remove-AppDeployment $APP without -DropDatabase"
  if [ -n "$(psql_admin <<<"SELECT 1 FROM pg_database WHERE datname = $DB_LITERAL")" ]; then
    dump=/var/backups/hosting/$APP-$(date -u +%Y%m%d-%H%M%S).dump
    if would "dump the database $DB_NAME to $dump and drop it"; then
      install -d -m 0700 -o postgres -g postgres /var/backups/hosting
      runuser -u postgres -- pg_dump --format=custom --file="$dump" --dbname="$DB_NAME" </dev/null ||
        fail DumpFailed "The database $DB_NAME could not be dumped, so it was not dropped." "df -h /var/backups, then Remove-AppDeployment $APP again"
      chmod 600 "$dump"
      fact dump "$dump"
      psql_admin <<<"DROP DATABASE $DB_IDENTIFIER"
    fi
  fi
  if [ -n "$(psql_admin <<<"SELECT 1 FROM pg_roles WHERE rolname = $ROLE_LITERAL")" ]; then
    if would "drop the PostgreSQL role $DB_USER"; then
      psql_admin <<<"DROP ROLE $ROLE_IDENTIFIER" || note "the role $DB_USER stays: it owns something else"
    fi
  fi
fi

remove_path "$CONF"
remove_path "$APP_ROOT"
# A user of another purpose only borrowed by the app stays.
if id -u "$APP_USER" >/dev/null 2>&1 && [ "$(app_home)" = "$APP_ROOT/shared/home" ]; then
  if would "remove the system user $APP_USER"; then
    pkill -KILL -u "$APP_USER" || true
    userdel "$APP_USER"
  fi
fi
remove_path "/run/puma-$APP"
remove_path "$STATE"
