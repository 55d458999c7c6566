# shellcheck shell=bash
use_release
look_dbcreate
[ -n "$NEEDED" ] || exit 0
if [ -n "${PLAN-}" ]; then
  [ "$DB_EXISTS" = 1 ] || changed "create the database $DB_NAME"
  exit 0
fi
need_bundle
key=$KEY
rake_task db:create "$key" ||
  fail DatabaseNotCreated "rake db:create failed:$(rake_error)" "New-AppDatabase $APP"
while IFS= read -r line; do
  changed "${line,}"
done < <(grep '^Created database' "$JOB_LOG" || true)
printf '%s\n' "$key" >"$STATE/database"
