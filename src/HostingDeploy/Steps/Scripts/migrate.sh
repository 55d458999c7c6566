# shellcheck shell=bash
use_release
look_migrate
close_database
[ -n "$NEEDED" ] || exit 0
key=$KEY
if local_database && [ -z "$DB_OID" ] && ! pending CreateDatabase; then
  fail DatabaseMissing "There is no database $DB_NAME on this server." "Invoke-AppDeployment $APP -Setup (or New-PgUser $APP; New-AppDatabase $APP)"
fi

# migration_files MARKS: the versions that the commit has files for, each with its name, in the form in which Rails knows them.
migration_files() {
  LC_ALL=C sed -n 's/^0*\([0-9]\{1,20\}\)_\([a-z0-9_]\{1,200\}\)\(\.[a-z0-9_]*\)\{0,1\}\.rb$/\1 \2/p' "$1/migrations" 2>/dev/null | LC_ALL=C sort -u || true
}

# migrations_done: sets DONE to the versions that the database has; where it cannot be asked, those that the live release has
# files for. What the database says is the app's text: of it, what can be a version.
migrations_done() {
  local said
  DONE=''
  if local_database && [ -z "$DB_OID" ]; then return 0; fi
  if [ -n "$LOGIN_USER" ] && said=$(as_nobody -t 20 nobody_migrations "${LOGIN[@]}" </dev/null | head -c 250000 | tr -d '\0'); then
    DONE=$(LC_ALL=C grep -axE '[0-9]{1,20}' <<<"$said" | sed 's/^0*\(.\)/\1/' | LC_ALL=C sort -u || true)
    return 0
  fi
  live_slot
  [ -z "$LIVE_RELEASE" ] || DONE=$(migration_files "$STATE/releases/$LIVE_RELEASE" | cut -d' ' -f1)
  note "the database $DB_NAME could not be asked which migrations it has: those of the live release go for it"
}

if [ -n "${PLAN-}" ]; then
  migrations_done
  while IFS= read -r line; do
    changed "migrate $line"
  done < <(LC_ALL=C join -v 1 <(migration_files "$MARKS") - <<<"$DONE")
  exit 0
fi
need_bundle
rake_task db:migrate "$key"
[ -n "$JOB_OK" ] ||
  fail MigrationFailed "rake db:migrate failed for release $RELEASE (the running app was not touched):$(rake_error)" "Update-AppDatabase $APP"
while IFS= read -r line; do
  changed "migrate $line"
done < <(sed -n 's/^== *\([0-9]* [^:]*\): migrated.*/\1/p' < <(job_said) | redacted)
# The database may be as new as its tables.
KEY=$key
migrated_as
note_down migrated "$MIGRATED_AS"
