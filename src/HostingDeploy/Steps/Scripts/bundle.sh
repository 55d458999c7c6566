# shellcheck shell=bash
use_release
put_environment

# find_ruby: which one it is, in its own words. The system's is root's own; another may be anybody's, so root does not run it.
find_ruby() {
  local said
  if [ -z "$RUBY_PATH" ]; then
    said=$(cd / && env -i PATH="$APP_PATH" ruby -e 'print RUBY_DESCRIPTION')
  else
    # Nor gets it the shell's own output: whoever has that can make it wait for no reader (O_NONBLOCK), and replies get lost.
    said=$(as_builder build_ruby APP_PATH RUBY_PATH </dev/null 2> >(limited 4096 >&2) | limited 200)
  fi
  [[ $said =~ ^[a-z]*ruby\ [\ -~]+$ ]] && ruby=$said
}
build_ruby() { [ -x "$RUBY_PATH/bundle" ] && env -i PATH="$APP_PATH" "$RUBY_PATH/ruby" -e 'print RUBY_DESCRIPTION'; }

find_ruby || fail RubyMissing "There is no ruby with bundle in ${RUBY_PATH:-$APP_PATH} that $BUILD_USER, who installs the gems, may run." \
  "Set ruby in hosting.yml to the folder that holds ruby and bundle; everybody must be able to read it."
key=$({ printf '%s\n' "$ruby" "$APP_ENV"; cat "$MARKS/Gemfile" "$MARKS/Gemfile.lock"; } | hash_text)
done_for=$STATE/bundles/$key
fact ruby "$ruby"
if [ -z "$FORCE" ] && [ -s "$done_for" ] && [ -d "$APP_ROOT/bundle/ruby" ]; then
  fact gems "$(<"$done_for")"
  marked bundle "$key" || [ -n "${PLAN-}" ] || mark bundle "$key"
  exit 0
fi

# The gems that come, go and change.
gems_of() { sed -n 's/^    \([^ ]*\) (\(.*\))$/\1 \2/p' "$1" 2>/dev/null | sort || true; }
live_slot
old=$(gems_of "$STATE/releases/$LIVE_RELEASE/Gemfile.lock")
new=$(gems_of "$MARKS/Gemfile.lock")
[ "$old" = "$new" ] || show_diff <(printf '%s\n' "$old") "$new"$'\n' 'Gemfile.lock'
would "install the gems of Gemfile.lock, without development and test" || exit 0

# Gems that the power went away over can be files with nothing in them, which bundler takes for installed. What was written since such
# an install began is forgotten; what the live release runs on was there before.
forget_torn_gems() {
  local boot since
  if [ -s "$STATE/installing" ]; then
    read -r boot since <"$STATE/installing"
    [ "$boot" != "$(boot_id)" ] || return 0
    note 'an install of gems that the power was cut in begins anew'
    as_builder -w "$APP_ROOT/build" -w "$APP_ROOT/bundle" -t 600 build_forget_gems APP_ROOT since </dev/null
  fi
  note_down installing "$(boot_id) $EPOCHSECONDS"
}
build_forget_gems() {
  find "$APP_ROOT/bundle" -mindepth 1 ! -type d -newerct "@$since" -delete
  rm -rf "$APP_ROOT/build/.bundle/cache"
}
forget_torn_gems

# The Gemfile is a program, and so is what builds a gem: both run as the build user, on a checkout of their own, and can change
# neither the release nor the repository. Puma may not write what they make.
# shellcheck disable=SC2016 # for the shell in there; no braces, for systemd would expand them
bundle_here='
  set -eo pipefail
  export HOME=$1
  cd "$HOME"
  rm -rf source
  mkdir source
  env -i PATH=/usr/bin:/bin HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_NO_REPLACE_OBJECTS=1 git --git-dir="$2" archive --format=tar "$3" | tar -x -C source
  cd "source/$4"
  bundle install
  # Some gems are packed with files that only their owner may read.
  chmod -R go+rX "$5"
  echo "--- installed"
  bundle list --name-only
  rm -rf "$HOME/source"'
# shellcheck disable=SC2034 # for job_start
JOB_USER=$BUILD_USER
job bundle "$key" -p RuntimeMaxSec=2h -p WorkingDirectory="$APP_ROOT/build" -p BindPaths="$APP_ROOT/build" -p BindPaths="$APP_ROOT/bundle" -p ReadWritePaths="$APP_ROOT/build $APP_ROOT/bundle" \
  -- /bin/bash -c "$bundle_here" bundle "$APP_ROOT/build" "$APP_ROOT/repo" "$COMMIT" "${SUBFOLDER:-.}" "$APP_ROOT/bundle/ruby"
if [ -z "$JOB_OK" ]; then
  if grep -q 'Your lockfile does not .*platform\|but your local platform' "$JOB_LOG"; then
    fail LockfileLacksPlatform "Gemfile.lock was made on another platform and lacks this server's." "bundle lock --add-platform x86_64-linux, commit Gemfile.lock, then Invoke-AppDeployment $APP"
  fi
  fail BundleFailed "bundle install failed for release $RELEASE." "Install-AppBundle $APP"
fi
gems=$(sed -n '/^--- installed$/,$p' < <(job_said) | tail -n +2)
if grep -qx debug <<<"$gems"; then
  fail DebugGemInProduction "The gem debug would run in production: the Gemfile names it outside the groups development and test." "Move it into group :development, :test, commit, then Invoke-AppDeployment $APP"
fi
count=$(grep -c . <<<"$gems")
settle "$APP_ROOT/bundle"
rm -f "$STATE/installing"
mkdir -p "$STATE/bundles"
note_down "bundles/$key" "$count"
mark bundle "$key"
fact gems "$count"
