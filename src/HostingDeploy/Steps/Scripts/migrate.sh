# shellcheck shell=bash
use_release
# The database holds what db/ says when this very tree was migrated into this very database.
key=$({ grep -E $'\t''db$' "$MARKS/tree" || true; printf '%s\n' "$DB_HOST" "$DB_NAME"; } | hash_text)
if local_database; then
  need_postgres
  exists=$(psql_admin <<<"SELECT oid FROM pg_database WHERE datname = $DB_LITERAL")
  key=$key-$exists
fi
if [ -z "$FORCE" ] && [ "$(cat "$STATE/migrated" 2>/dev/null || true)" = "$key" ]; then exit 0; fi
if [ -n "${PLAN-}" ]; then
  changed "run the pending migrations of release $RELEASE"
  exit 0
fi
need_bundle
app_job migrate "$key $RELEASE" /usr/bin/env bundle exec rake db:migrate ||
  fail MigrationFailed "rake db:migrate failed for release $RELEASE (the running app was not touched):$(rake_error)" "Update-AppDatabase $APP"
while IFS= read -r line; do
  changed "migrate $line"
done < <(sed -n 's/^== *\([0-9]* [^:]*\): migrated.*/\1/p' "$JOB_LOG")
printf '%s\n' "$key" >"$STATE/migrated"
