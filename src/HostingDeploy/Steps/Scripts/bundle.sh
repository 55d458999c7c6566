# shellcheck shell=bash
use_release
put_environment
ruby=$(env PATH="$APP_PATH" ruby -e 'print RUBY_DESCRIPTION') || fail RubyMissing "There is no ruby in $APP_PATH." "Set ruby in hosting.yml to the folder that holds ruby and bundle."
key=$({ printf '%s\n' "$ruby" "$APP_ENV"; cat "$APP_DIR/Gemfile" "$APP_DIR/Gemfile.lock"; } | hash_text)
done_for=$STATE/bundles/$key
fact ruby "$ruby"
if [ -z "$FORCE" ] && [ -f "$done_for" ] && [ -d "$APP_ROOT/shared/bundle/ruby" ]; then
  fact gems "$(cat "$done_for")"
  marked bundle "$key" || [ -n "${PLAN-}" ] || mark bundle "$key"
  exit 0
fi

# The gems that come, go and change.
gems_of() { sed -n 's/^    \([^ ]*\) (\(.*\))$/\1 \2/p' "$1" 2>/dev/null | sort || true; }
live_slot
old=$(gems_of "$APP_ROOT/releases/$LIVE_RELEASE${SUBFOLDER:+/$SUBFOLDER}/Gemfile.lock")
new=$(gems_of "$APP_DIR/Gemfile.lock")
[ "$old" = "$new" ] || show_diff <(printf '%s\n' "$old") "$new"$'\n' 'Gemfile.lock'
would "install the gems of Gemfile.lock, without development and test" || exit 0

# shellcheck disable=SC2016 # expanded by the job's own shell
job bundle "$key" -- /bin/sh -c 'bundle install && echo "--- installed" && exec bundle list --name-only' || {
  if grep -q 'Your lockfile does not .*platform\|but your local platform' "$JOB_LOG"; then
    fail LockfileLacksPlatform "Gemfile.lock was made on another platform and lacks this server's." "bundle lock --add-platform x86_64-linux, commit Gemfile.lock, then Invoke-AppDeployment $APP"
  fi
  fail BundleFailed "bundle install failed for release $RELEASE." "Install-AppBundle $APP"
}
gems=$(sed -n '/^--- installed$/,$p' "$JOB_LOG" | tail -n +2)
if grep -qx debug <<<"$gems"; then
  fail DebugGemInProduction "The gem debug would run in production: the Gemfile names it outside the groups development and test." "Move it into group :development, :test, commit, then Invoke-AppDeployment $APP"
fi
count=$(grep -c . <<<"$gems")
mkdir -p "$STATE/bundles"
printf '%s\n' "$count" >"$done_for"
mark bundle "$key"
fact gems "$count"
