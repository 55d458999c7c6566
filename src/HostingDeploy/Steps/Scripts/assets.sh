# shellcheck shell=bash
use_release
look_assets
if [ -n "$ASSETS_SKIPPED" ]; then
  fact skipped "$ASSETS_SKIPPED"
  exit 0
fi
key=$KEY
if [ -n "$LIVE_ASSETS" ]; then
  [ -z "${PLAN-}" ] || exit 0
  inherit_assets
  cp "$STATE/releases/$LIVE_RELEASE/built" "$MARKS/built"
  mark assets "$key"
  exit 0
fi
[ -n "$NEEDED" ] || exit 0
would "precompile the assets of release $RELEASE" || exit 0
need_bundle
# Folders that the commit brings along are no output.
committed=$(git_app --git-dir="$APP_ROOT/repo" ls-tree --name-only "$(cat "$APP_DIR/REVISION"):${SUBFOLDER:+$SUBFOLDER/}public" 2>/dev/null || true)
if ! rake_task assets:precompile "$key"; then
  if grep -q "Don't know how to build task 'assets:precompile'" "$JOB_LOG"; then
    fact skipped "the app has no task assets:precompile"
    mark assets "$key"
    exit 0
  fi
  fail AssetsFailed "rake assets:precompile failed for release $RELEASE (the running app was not touched):$(rake_error)" "Build-AppAsset $APP"
fi
comm -23 <(find "$APP_DIR/public" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort) <(sort <<<"$committed") >"$MARKS/built"
mark assets "$key"
