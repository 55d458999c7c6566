# shellcheck shell=bash
use_release
look_dbcreate
existed=$DB_OID
close_database
[ -n "$NEEDED" ] || exit 0
if [ -n "${PLAN-}" ]; then
  if [ -n "$existed" ]; then
    note 'rake db:create would look whether the app gets into its database'
  else
    changed "create the database $DB_NAME"
    ! local_database || changed "close the database $DB_NAME to other roles"
  fi
  exit 0
fi
need_bundle
key=$KEY
# Another app may make a database of this name up to the last moment: nothing runs in it before it is known whose it is.
# shellcheck disable=SC2034
if local_database && [ -z "$existed" ]; then RAKE_NEXT=''; fi
rake_task db:create "$key"
[ -n "$JOB_OK" ] ||
  fail DatabaseNotCreated "rake db:create failed:$(rake_error)" "New-AppDatabase $APP"
while IFS= read -r line; do
  changed "${line,}"
done < <(grep '^Created database' "$JOB_LOG" | redacted || true)
look_database
close_database
note_down database "$key"
