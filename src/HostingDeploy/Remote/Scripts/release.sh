# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # the parameters and the answers of a step script
# Releases: which one a step works on, what it has behind it, and which one serves.

# open_scratch: a folder for what a plan has to look at and is not there yet; evaluated in the session's own shell, it is gone
# with the plan, or with that shell.
open_scratch() {
  HD_SCRATCH=$(mktemp -d /run/hosting-plan.XXXXXX) || return 1
  trap 'rm -rf "$HD_SCRATCH"' EXIT
  fact scratch "$HD_SCRATCH"
}
drop_scratch() {
  rm -rf "$HD_SCRATCH"
  trap - EXIT
}

# use_release: RELEASE as given, else the one being built, else the live one. Sets RELEASE, APP_DIR, MARKS and COMMIT.
use_release() {
  require_app
  if [ -z "${RELEASE-}" ]; then
    RELEASE=$(cat "$STATE/candidate" 2>/dev/null || true)
  fi
  if [ -z "$RELEASE" ] && [ -L "$APP_ROOT/current" ]; then
    RELEASE=$(readlink "$APP_ROOT/current")
    RELEASE=${RELEASE##*/}
  fi
  if [ -n "$RELEASE" ] && [ -n "${SCRATCH-}" ] && [ -d "$SCRATCH/$RELEASE" ]; then
    # A plan's release, of which there is what it takes to tell what would happen.
    APP_DIR=$SCRATCH/$RELEASE/app${SUBFOLDER:+/$SUBFOLDER}
    MARKS=$SCRATCH/$RELEASE/marks
  elif [ -n "$RELEASE" ] && [ -d "$APP_ROOT/releases/$RELEASE" ]; then
    APP_DIR=$APP_ROOT/releases/$RELEASE${SUBFOLDER:+/$SUBFOLDER}
    MARKS=$STATE/releases/$RELEASE
  else
    not_yet "the release that Invoke-RemoteGitClone makes"
    fail NoRelease "There is no release of $APP to work on${RELEASE:+ named $RELEASE}." "Invoke-RemoteGitClone $APP"
  fi
  COMMIT=''
  [ ! -f "$MARKS/source" ] || read -r COMMIT _ <"$MARKS/source"
  fact release "$RELEASE"
  [ -z "$COMMIT" ] || fact commit "$COMMIT"
}

# tell_undone COMMIT: was it live before, and rolled back from? Then whoever deploys it again is told.
tell_undone() {
  local at commit release
  [ -f "$STATE/undone" ] || return 0
  while read -r at commit release; do
    [ "$commit" != "$1" ] || fact undone "commit ${1:0:7} was rolled back from on ${at/T/ } (release $release)"
  done <"$STATE/undone"
}

# marked NAME KEY / mark NAME KEY: what a release has behind it, by the content it was done for.
marked() { [ "$(cat "$MARKS/$1" 2>/dev/null || true)" = "$2" ]; }
mark() {
  mkdir -p "$MARKS"
  printf '%s\n' "$2" >"$MARKS/.$1" && mv -f "$MARKS/.$1" "$MARKS/$1"
}

# live_slot: SLOT, LIVE_RELEASE and LIVE_PRINT of the Puma that serves, empty before the first deployment.
live_slot() {
  SLOT='' LIVE_RELEASE='' LIVE_PRINT=''
  if [ -f "$STATE/live" ]; then
    read -r SLOT LIVE_RELEASE LIVE_PRINT <"$STATE/live"
  fi
}
