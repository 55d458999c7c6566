# shellcheck shell=bash
use_release
look_migrate
[ -n "$NEEDED" ] || exit 0
key=$KEY
if [ "$MIGRATED_AS" = "$KEY-" ] && ! pending CreateDatabase; then
  fail DatabaseMissing "There is no database $DB_NAME on this server." "Invoke-AppDeployment $APP -Setup (or New-PgUser $APP; New-AppDatabase $APP)"
fi

# migration_files MARKS: the versions that a release has files for, each with its name.
migration_files() { sed -n 's/^\([0-9]*\)_\(.*\)\.rb$/\1 \2/p' "$1/migrations" 2>/dev/null | sort -u; }

# migrations_done: the versions that the database has; where it cannot be asked, those that the live release has files for.
migrations_done() {
  live_slot
  if ! local_database; then
    [ -z "$LIVE_RELEASE" ] || migration_files "$STATE/releases/$LIVE_RELEASE" | cut -d' ' -f1
  elif [ -n "$(psql_admin <<<"SELECT 1 FROM pg_database WHERE datname = $DB_LITERAL")" ] &&
    [ -n "$(psql_admin "$DB_NAME" <<<"SELECT to_regclass('schema_migrations')")" ]; then
    psql_admin "$DB_NAME" <<<'SELECT version FROM schema_migrations'
  fi | sort -u
}

if [ -n "${PLAN-}" ]; then
  while IFS= read -r line; do
    changed "migrate $line"
  done < <(join -v 1 <(migration_files "$MARKS") <(migrations_done))
  exit 0
fi
need_bundle
rake_task db:migrate "$key"
[ -n "$JOB_OK" ] ||
  fail MigrationFailed "rake db:migrate failed for release $RELEASE (the running app was not touched):$(rake_error)" "Update-AppDatabase $APP"
while IFS= read -r line; do
  changed "migrate $line"
done < <(sed -n 's/^== *\([0-9]* [^:]*\): migrated.*/\1/p' "$JOB_LOG" | redacted)
# The database may be as new as its tables.
KEY=$key
migrated_as
note_down migrated "$MIGRATED_AS"
