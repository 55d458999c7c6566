# shellcheck shell=bash
use_release
look_dbcreate
[ -n "$NEEDED" ] || exit 0
if [ -n "${PLAN-}" ]; then
  if [ "$DB_EXISTS" = 1 ]; then
    note 'rake db:create would look whether the app gets into its database'
  else
    changed "create the database $DB_NAME"
  fi
  exit 0
fi
need_bundle
key=$KEY
rake_task db:create "$key"
[ -n "$JOB_OK" ] ||
  fail DatabaseNotCreated "rake db:create failed:$(rake_error)" "New-AppDatabase $APP"
while IFS= read -r line; do
  changed "${line,}"
done < <(grep '^Created database' "$JOB_LOG" | redacted || true)
note_down database "$key"
