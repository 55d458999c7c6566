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
  settle "$APP_ROOT/releases"
  mark built "$(<"$STATE/releases/$LIVE_RELEASE/built")"
  mark assets "$key"
  exit 0
fi
[ -n "$NEEDED" ] || exit 0
would "precompile the assets of release $RELEASE" || exit 0
need_bundle
rake_task assets:precompile "$key"
if [ -z "$JOB_OK" ]; then
  if grep -q "Don't know how to build task 'assets:precompile'" "$JOB_LOG"; then
    fact skipped "the app has no task assets:precompile"
    mark assets "$key"
    exit 0
  fi
  fail AssetsFailed "rake assets:precompile failed for release $RELEASE (the running app was not touched):$(rake_error)" "Build-AppAsset $APP"
fi
built=$(built_assets)
settle "$APP_ROOT/releases"
mark built "$built"
mark assets "$key"
