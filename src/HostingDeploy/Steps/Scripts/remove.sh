# shellcheck shell=bash
# Decommissions the app. Each thing is looked for on its own, so half of them may be gone already, or this may have been cut
# off before; what belongs to other apps is never touched. The deployment lock is held meanwhile.

if [ -z "${PLAN-}" ] && [ -d "$STATE" ]; then at_work; fi

# What keeps the database from being dropped is said before anything is removed.
role='' others='' database=''
if local_database; then
  if [ -n "$DROP_DATABASE" ]; then need_postgres; fi
  if postgres_runs; then
    find_database
    database=$DB_OID
    if [ -n "$DROP_DATABASE" ] && [ -n "$database" ]; then
      need_own_database
      need_login
    elif [ -n "$DB_OWNER" ]; then
      database=''
      note "the database $DB_NAME stays: it belongs to the PostgreSQL role $DB_OWNER"
    fi
    role=$(psql_admin <<<"SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $ROLE_LITERAL")
    # What depends on the role once the database is gone, when it is to go.
    others=$(psql_admin <<<"SELECT pg_catalog.count(*) FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND refobjid = ${role:-0}
      AND NOT ($([ -n "$DROP_DATABASE" ] && echo true || echo false) AND (dbid = ${database:-0} AND dbid <> 0 OR classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND objid = ${database:-0}))")
  else
    note "PostgreSQL does not run: its role $DB_USER, if there is one, stays"
  fi
elif [ -n "$DROP_DATABASE" ]; then
  fail DatabaseNotLocal "PostgreSQL of $APP runs on $DB_HOST: drop the database there." "Remove-AppDeployment $APP without -DropDatabase"
fi

units=()
for slot in a b; do
  units+=("$(puma_unit "$slot")" "puma-$APP@$slot.socket")
done
for unit in "${units[@]}"; do
  activity=$(systemctl is-active "$unit" || true)
  wanted=$(find /etc/systemd/system -path "*.wants/$unit" -print)
  if [[ $activity != @(inactive|unknown|) ]] || [ -n "$wanted" ]; then
    if would "stop and disable $unit"; then
      systemctl stop "$unit" 2>/dev/null || true
      systemctl reset-failed "$unit" 2>/dev/null || true
      # By hand: systemctl disable does not know a unit whose file is gone.
      find /etc/systemd/system -path "*.wants/$unit" -delete
    fi
  fi
done
while read -r job _; do
  if would "stop $job"; then
    systemctl stop "$job" 2>/dev/null || true
    systemctl reset-failed "$job" 2>/dev/null || true
  fi
done < <(systemctl list-units --no-legend --plain --all "hosting-$APP.*.service" 2>/dev/null)

remove_path() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    if would "remove $1"; then rm -rf "${1:?}"; fi
  fi
}

# remove_app_root: what lies in folders of root's and belongs to another user, that user removes.
remove_app_root() {
  local path
  while IFS= read -r -d '' path; do
    case $(stat -c %U "$path") in
      "$APP_USER") remove_tree app "$path" ;;
      "$BUILD_USER") remove_tree builder "$path" ;;
      *) fail UnsafePath "$path belongs to neither $APP_USER nor $BUILD_USER." "Find out whose it is, move it away on the server, then Remove-AppDeployment $APP again" ;;
    esac
  done < <(find "$APP_ROOT" -xdev ! -uid 0 -prune -print0)
  rm -rf --one-file-system "${APP_ROOT:?}"
}

# Now that nothing writes to it any more, and before anything else goes: a dump that fails leaves the rest to start again.
if [ -n "$DROP_DATABASE" ] && [ -n "$database" ]; then
  dump=/var/backups/hosting/$APP-$(date -u +%Y%m%d-%H%M%S).dump
  if would "dump the database $DB_NAME to $dump and drop it"; then
    dump_database "$dump"
    fact dump "$dump"
    said=$(psql_admin <<<"DROP DATABASE $DB_IDENTIFIER" 2>&1) ||
      fail DatabaseInUse "The database $DB_NAME was dumped to $dump and could not be dropped, as is so while somebody is connected to it: ${said%%$'\n'*}" \
        "End those sessions, or what else it says, then Remove-AppDeployment $APP again"
    database=''
  fi
fi
if [ -n "$role" ]; then
  if [ "$others" != 0 ]; then
    note "the PostgreSQL role $DB_USER stays: $([ -n "$database" ] && [ -z "$DROP_DATABASE" ] && echo "the database $DB_NAME does too, -DropDatabase $DB_NAME drops both" || echo "something else depends on it")"
  elif would "drop the PostgreSQL role $DB_USER"; then
    psql_admin <<<"DROP ROLE $ROLE_IDENTIFIER"
  fi
fi
if ! local_database; then note "the PostgreSQL role $DB_USER on $DB_HOST stays: drop it there"; fi

site=''
link=/etc/nginx/sites-enabled/$APP
if [ -e "$link" ] || [ -L "$link" ] || [ -e "/etc/nginx/sites-available/$APP" ]; then
  site=1
  remove_path "$link"
  remove_path "/etc/nginx/sites-available/$APP"
fi
if [ -z "$KEEP_CERTIFICATE" ]; then
  user=$(grep -rlsF "/etc/letsencrypt/live/$LINEAGE/" /etc/nginx --exclude-dir=modules-enabled | grep -vxF -e "$link" -e "/etc/nginx/sites-available/$APP" | head -n 1 || true)
  if [ -n "$user" ]; then
    note "the certificate $LINEAGE stays: $user uses it"
  else
    if [ -e "/etc/letsencrypt/renewal/$LINEAGE.conf" ]; then
      if would "delete the certificate $LINEAGE"; then
        server_lock certbot
        certbot delete --non-interactive --cert-name "$LINEAGE" || true
      fi
    fi
    # What certbot does not find any more, once one of them is gone.
    if [ -z "${PLAN-}" ] || [ ! -e "/etc/letsencrypt/renewal/$LINEAGE.conf" ]; then
      for path in "renewal/$LINEAGE.conf" "live/$LINEAGE" "archive/$LINEAGE"; do remove_path "/etc/letsencrypt/$path"; done
    fi
  fi
fi

# Also when the site was taken away by hand, or a run before this one was cut off: nginx may still have it loaded.
if [ ${#CHANGES[@]} != 0 ] && systemctl is-active --quiet nginx && { [ -n "$site" ] || ! nginx_is_current; }; then
  if would "reload nginx"; then
    if nginx_accepts; then nginx_take; else note "nginx was not reloaded: its configuration is broken elsewhere ($(nginx_complaint))"; fi
  fi
fi
# How long the rest takes is up to what the app has left behind.
server_unlock nginx
server_unlock certbot

for kind in service socket; do
  remove_path "/etc/systemd/system/puma-$APP@.$kind"
  [ ! -d "/etc/systemd/system/puma-$APP@.$kind.d" ] || note "/etc/systemd/system/puma-$APP@.$kind.d stays: it is the administrator's"
done
if [ -z "${PLAN-}" ] && [ ${#CHANGES[@]} != 0 ]; then
  systemctl daemon-reload
  # What systemd made of its own accord for the instances of the unit.
  systemctl stop "system-$(systemd-escape "puma-$APP").slice" 2>/dev/null || true
fi

# Nothing starts as one of these users again, nothing of theirs runs any more, and what they may have left elsewhere goes; only then
# the files. A user of another purpose that the app only borrowed keeps what is its own.
ours=()
while IFS=: read -r user home; do
  if [ "$(getent passwd "$user" | cut -d: -f6)" = "$home" ]; then
    ours+=("$user")
  elif id -u "$user" >/dev/null 2>&1; then
    note "the user $user stays, with its processes and its crontab: it is there for another purpose"
  fi
done <<<"$APP_USER:$APP_ROOT/shared/home
$BUILD_USER:$APP_ROOT/build"
if [ -z "${PLAN-}" ]; then
  for user in "${ours[@]}"; do
    change_users usermod --lock --expiredate 1 "$user"
    rm -f "/var/lib/systemd/linger/$user" "/var/spool/cron/crontabs/$user" "/var/spool/cron/$user"
    loginctl terminate-user "$user" 2>/dev/null || true
    for ((tries = 0; tries < 50; tries++)); do
      pkill -KILL -u "$user" || break
      sleep 0.1
    done
    ! pgrep -u "$user" >/dev/null || fail UserBusy "Processes of $user do not end." "pgrep -u $user -a on the server, then Remove-AppDeployment $APP again"
    find /tmp /var/tmp /dev/shm /var/spool/cron /var/mail -xdev -user "$user" -delete 2>/dev/null || true
  done
fi
remove_path "$CONF"
if [ -e "$APP_ROOT" ] || [ -L "$APP_ROOT" ]; then
  if [ ! -d "$STATE/releases" ]; then
    note "$APP_ROOT stays: it is not from a deployment of $APP"
  elif would "remove $APP_ROOT"; then
    remove_app_root
  fi
fi
for user in "${ours[@]}"; do
  if would "remove the system user $user"; then
    server_lock users
    write_file /var/lib/hosting/retired-ids 0644 root:root "$(cat /var/lib/hosting/retired-ids 2>/dev/null || true)"$'\n'"$(id -u "$user")"$'\n'
    change_users userdel "$user"
  fi
done
remove_path "/run/puma-$APP"
# The journal and the lock come last: cut off before, the next run knows that there is something left.
remove_path "$STATE"
