# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # the parameters and the answers of a step script
# The rake tasks of a deployment. Most of what each costs is Rails booting, so those that follow one another share one rake:
# the first step starts it, and each watches its own part.

# need_bundle: rake without its gems would only say so at length.
need_bundle() { [ -s "$MARKS/bundle" ] || [ -n "${SCRATCH-}" ] || fail GemsMissing "The gems of release $RELEASE are not installed." "Install-AppBundle $APP"; }

# Each of these finds out whether a task has work: sets NEEDED and the KEY of the content it is done for.

look_dbcreate() {
  NEEDED=''
  KEY=$({ grep -E $'\t''(config)$' "$MARKS/tree" || true; printf '%s\n' "$DB_HOST" "$DB_NAME"; } | hash_text)
  look_database
  if [ -n "$FORCE" ] || [ -z "$DB_OID" ] || [ "$(cat "$STATE/database" 2>/dev/null || true)" != "$KEY" ]; then NEEDED=1; fi
}

# The database holds what db/ says when this very tree was migrated into this very database: MIGRATED_AS is what names both.
look_migrate() {
  NEEDED=''
  KEY=$({ grep -E $'\t''db$' "$MARKS/tree" || true; printf '%s\n' "$DB_HOST" "$DB_NAME"; } | hash_text)
  migrated_as
  if [ -n "$FORCE" ] || [ "$(cat "$STATE/migrated" 2>/dev/null || true)" != "$MIGRATED_AS" ]; then NEEDED=1; fi
}

migrated_as() {
  MIGRATED_AS=$KEY
  look_database
  if local_database; then MIGRATED_AS=$KEY-$DB_OID; fi
}

# Everything that can change the output: all of the commit but what surely cannot, and the environment, the secrets being no
# part of it. LIVE_ASSETS: the live release has just these.
look_assets() {
  local live=''
  NEEDED='' ASSETS_SKIPPED='' LIVE_ASSETS=''
  if ! grep -qE '^    (sprockets|propshaft|webpacker|shakapacker|vite_ruby|jsbundling-rails|cssbundling-rails|tailwindcss-rails|dartsass-rails|importmap-rails) \(' "$MARKS/Gemfile.lock"; then
    ASSETS_SKIPPED='the app has no asset pipeline'
    return 0
  fi
  KEY=$({
    grep -vE $'\t''(db|test|spec|docs?|log|tmp|storage|README.*|CHANGELOG.*|LICENSE.*|VERSION|\.github|\.rspec|\.rubocop.*|\.editorconfig)$' "$MARKS/tree"
    # A plan knows what the steps before this one would have written.
    if pending Bundle || pending Unit; then printf '%s' "$APP_ENV"; else cat "$CONF/app.env" 2>/dev/null || true; fi
  } | hash_text)
  if [ -z "$FORCE" ] && marked assets "$KEY"; then return 0; fi
  live_slot
  live=$LIVE_RELEASE
  if [ -z "$FORCE" ] && [ -n "$live" ] && [ "$live" != "$RELEASE" ] && [ -f "$STATE/releases/$live/built" ] && [ "$(cat "$STATE/releases/$live/assets" 2>/dev/null || true)" = "$KEY" ]; then
    LIVE_ASSETS=1
  else
    NEEDED=1
  fi
}

# inherit_assets: the live release's compiled files, so that old digests stay served and unchanged ones need not be made again.
inherit_assets() {
  local built from into
  live_slot
  built=$STATE/releases/$LIVE_RELEASE/built
  if [ -z "$LIVE_RELEASE" ] || [ "$LIVE_RELEASE" = "$RELEASE" ] || [ ! -f "$built" ]; then return 0; fi
  from=releases/$LIVE_RELEASE${SUBFOLDER:+/$SUBFOLDER}/public into=releases/$RELEASE${SUBFOLDER:+/$SUBFOLDER}/public
  # All releases in one mount, for a hard link does not reach from one to another.
  as_app -w "$APP_ROOT/releases" -t 600 app_inherit_assets APP_ROOT from into <"$built" ||
    fail AssetsFailed "The compiled assets of release $LIVE_RELEASE could not be taken over for release $RELEASE." "Build-AppAsset $APP -Force"
}

# forget_torn_assets: what an earlier boot compiled into this release and did not sync can be files with nothing in them, which
# compilers take for done.
forget_torn_assets() {
  local built
  if [ -s "$MARKS/compiling" ] && [ "$(<"$MARKS/compiling")" != "$(boot_id)" ]; then
    built=$(built_assets)
    as_app -w "$APP_ROOT/releases/$RELEASE" -t 600 app_forget_assets APP_ROOT RELEASE SUBFOLDER <<<"$built"
  fi
  mark compiling "$(boot_id)"
}
app_forget_assets() {
  local name
  cd "$APP_ROOT/releases/$RELEASE/$SUBFOLDER/public" || exit
  while IFS= read -r name; do [ -z "$name" ] || rm -rf "./$name"; done
}

# app_inherit_assets: the folders named on stdin, under their name only when whole.
app_inherit_assets() {
  local name
  cd "$APP_ROOT" || exit
  while IFS= read -r name; do
    if [ ! -d "$from/$name" ] || [ -e "$into/$name" ]; then continue; fi
    rm -rf "$into/.$name.part"
    cp -al "$from/$name" "$into/.$name.part"
    # A manifest is rewritten in place by some: it must not be the live release's own.
    find "$into/.$name.part" -type f \( -name '*manifest*' -o -name '.*' \) -exec sh -c '
      for file; do cp -p "$file" "$file.own" && mv -f "$file.own" "$file"; done' _ {} +
    mv -T "$into/.$name.part" "$into/$name"
  done
}

# built_assets: the folders in the release's public that its commit did not bring along.
built_assets() {
  local into=releases/$RELEASE${SUBFOLDER:+/$SUBFOLDER}/public listed
  listed=$(as_app app_list_assets APP_ROOT into </dev/null | limited 65536)
  comm -23 <(grep -xE '[A-Za-z0-9_][A-Za-z0-9._-]*' <<<"$listed" | sort) <(sort "$MARKS/public")
}

app_list_assets() { find "$APP_ROOT/$into/" -mindepth 1 -maxdepth 1 -type d -printf '%f\n'; }

# Says before and after each task that it is there. Not with $stdout: systemd would take that for a variable of its own.
RAKE_MARKS='STDOUT.sync = true; Rake::Application.prepend(Module.new { def invoke_task(task); puts("--- rake #{task}"); super; puts("--- rake #{task} done"); end })'

# rake_task TASK KEY: in the service's own environment, secrets included; JOB_OK is set when the task went through.
rake_task() {
  local task=$1 key=$2 first='' last='' part='' show
  job_use rake
  job_await_other "$task=$key@$RELEASE"
  if ! job_found "$task=$key@$RELEASE"; then rake_start "$task=$key@$RELEASE"; fi
  job_stop_on_signal
  [[ $JOB_DOES != "$APP rake $task="* ]] || first=1
  [[ $JOB_DOES != *" $task=$key@$RELEASE for="* ]] || last=1
  # What rake says before its first task belongs to that one. The frames of a trace that lie in gems stay in the log.
  show='{/^--- rake /!{\#^/.*/bundle/.*:[0-9]*:in #!p}}'
  [ -z "$first" ] || part="0,/^--- rake $task\$/$show;"
  job_follow sed -u -n "$part/^--- rake $task\$/,/^--- rake $task done\$/$show;/^--- rake $task done\$/q"
  if [ -z "$last" ] && grep -qxF -- "--- rake $task done" "$JOB_LOG"; then
    end_on_signal
    JOB_OK=1
    return 0
  fi
  job_end "rake $task"
}

# rake_start FIRST: with it, the tasks of the steps that come right after (RAKE_NEXT) as far as they have work.
rake_start() {
  local next tasks=("$1") names=()
  [ -f "$CONF/secrets.env" ] || fail SecretsMissing "The secrets of $APP are not on this server yet." "Sync-Secrets $APP"
  for next in $RAKE_NEXT; do
    case $next in
      Migrate)
        look_migrate
        [ -z "$NEEDED" ] || tasks+=("db:migrate=$KEY@$RELEASE")
        ;;
      Assets)
        look_assets
        [ -z "$NEEDED" ] || tasks+=("assets:precompile=$KEY@$RELEASE")
        ;;
    esac
  done
  if [[ ${tasks[*]} == *assets:precompile=* ]]; then
    forget_torn_assets
    inherit_assets
  fi
  for next in "${tasks[@]}"; do names+=("${next%%=*}"); done
  local release=$APP_ROOT/releases/$RELEASE shared=$APP_ROOT/shared
  job_start rake "${tasks[*]}" -p EnvironmentFile="$CONF/secrets.env" -p WorkingDirectory="$APP_DIR" \
    -p BindPaths="$release" -p BindPaths="$shared" -p ReadWritePaths="$release $shared" -- \
    /usr/bin/env bundle exec rake --execute-continue "$RAKE_MARKS" "${names[@]}"
}

# rake_error: what rake says it aborted for, in front of its long trace.
rake_error() {
  awk '/^rake aborted!/ { on = 1; next } on && /^(\/|Caused by:|Tasks:)/ { exit } on && NF && ++n <= 4 { printf " %s", $0 }' < <(job_said) | redacted | cut -c1-500
}
