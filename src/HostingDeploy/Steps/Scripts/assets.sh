# shellcheck shell=bash
use_release
if ! grep -qE '^    (sprockets|propshaft|webpacker|shakapacker|vite_ruby|jsbundling-rails|cssbundling-rails|tailwindcss-rails|dartsass-rails|importmap-rails) \(' "$APP_DIR/Gemfile.lock"; then
  fact skipped "the app has no asset pipeline"
  exit 0
fi
# Everything that can change the output: all of the commit but what surely cannot, the environment, the secrets' names
# being no part of it.
key=$({
  grep -vE $'\t''(db|test|spec|docs?|log|tmp|storage|README.*|CHANGELOG.*|LICENSE.*|VERSION|\.github|\.rspec|\.rubocop.*|\.editorconfig)$' "$MARKS/tree"
  cat "$CONF/app.env"
} | hash_text)
if [ -z "$FORCE" ] && marked assets "$key"; then exit 0; fi

# Assets of the release before: old digests stay served, and unchanged ones need not be made again.
live=''
[ ! -L "$APP_ROOT/current" ] || live=$(basename "$(readlink "$APP_ROOT/current")")
live_public=$APP_ROOT/releases/$live${SUBFOLDER:+/$SUBFOLDER}/public
built=$STATE/releases/$live/built
inherit() {
  local name
  while IFS= read -r name; do
    if [ ! -d "$live_public/$name" ] || [ -e "$APP_DIR/public/$name" ]; then continue; fi
    runuser -u "$APP_USER" -- cp -al "$live_public/$name" "$APP_DIR/public/$name" </dev/null
    # A manifest is rewritten in place by some: it must not be the live release's own.
    find "$APP_DIR/public/$name" -type f \( -name '*manifest*' -o -name 'manifest*' -o -name '.*' \) -exec sh -c '
      for file; do cp -p "$file" "$file.own" && mv -f "$file.own" "$file"; done' _ {} +
  done <"$built"
}
if [ -n "$live" ] && [ "$live" != "$RELEASE" ] && [ -f "$built" ]; then
  if [ -z "$FORCE" ] && [ "$(cat "$STATE/releases/$live/assets" 2>/dev/null || true)" = "$key" ]; then
    [ -z "${PLAN-}" ] || exit 0
    inherit
    cp "$built" "$MARKS/built"
    mark assets "$key"
    exit 0
  fi
  [ -n "${PLAN-}" ] || inherit
fi
would "precompile the assets of release $RELEASE" || exit 0
need_bundle
committed=$(git_app --git-dir="$APP_ROOT/repo" ls-tree --name-only "$(cat "$APP_DIR/REVISION"):${SUBFOLDER:+$SUBFOLDER/}public" 2>/dev/null || true)
if ! app_job assets "$key $RELEASE" /usr/bin/env bundle exec rake assets:precompile; then
  if grep -q "Don't know how to build task 'assets:precompile'" "$JOB_LOG"; then
    fact skipped "the app has no task assets:precompile"
    mark assets "$key"
    exit 0
  fi
  fail AssetsFailed "rake assets:precompile failed for release $RELEASE (the running app was not touched):$(rake_error)" "Build-AppAsset $APP"
fi
comm -23 <(find "$APP_DIR/public" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort) <(sort <<<"$committed") >"$MARKS/built"
mark assets "$key"
