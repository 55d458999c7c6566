# shellcheck shell=bash
use_release
key=$({ grep -E $'\t''(config)$' "$MARKS/tree" || true; printf '%s\n' "$DB_HOST" "$DB_NAME"; } | hash_text)
exists=''
if local_database; then
  need_postgres
  exists=$(psql_admin <<<"SELECT 1 FROM pg_database WHERE datname = $DB_LITERAL")
fi
if [ -z "$FORCE" ] && [ "$exists" = 1 ] && [ "$(cat "$STATE/database" 2>/dev/null || true)" = "$key" ]; then exit 0; fi
if [ -n "${PLAN-}" ]; then
  [ "$exists" = 1 ] || would "create the database $DB_NAME" || true
  exit 0
fi
need_bundle
app_job dbcreate "$key $RELEASE" /usr/bin/env bundle exec rake db:create ||
  fail DatabaseNotCreated "rake db:create failed:$(rake_error)" "New-AppDatabase $APP"
while IFS= read -r line; do
  changed "${line,}"
done < <(grep '^Created database' "$JOB_LOG" || true)
printf '%s\n' "$key" >"$STATE/database"
