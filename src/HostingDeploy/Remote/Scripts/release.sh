# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # the parameters and the answers of a step script
# Releases: which one a step works on, what it has behind it, and which one serves.

# open_scratch PLAN: a folder for what a plan has to look at and is not there yet, a lease of the session's own shell: it is gone with
# the plan, or with that shell.
open_scratch() {
  local folder fd
  # What a shell left that was killed outright; one in use is locked.
  while IFS= read -r folder; do
    exec {fd}<"$folder" || continue
    ! flock -n "$fd" || rm -rf "$folder"
    exec {fd}<&-
  done < <(find /run -maxdepth 1 -type d -name 'hosting-plan.??????' -mmin +1)
  trap drop_all_scratch EXIT
  folder=$(mktemp -d /run/hosting-plan.XXXXXX) || return 1
  exec {fd}<"$folder"
  HD_LEASES["scratch $1"]=$fd
  flock "$fd"
  fact scratch "$folder"
}

drop_scratch() {
  [ -n "${HD_LEASES["scratch $1"]-}" ] || return 0
  rm -rf "$(readlink "/proc/self/fd/${HD_LEASES["scratch $1"]}")"
  let_go "scratch $1"
}

drop_all_scratch() {
  local key
  for key in "${!HD_LEASES[@]}"; do [[ $key != 'scratch '* ]] || drop_scratch "${key#scratch }"; done
}

# use_release: RELEASE as given, else the one being built, else the live one. Sets RELEASE, APP_DIR, MARKS and COMMIT. APP_DIR is for
# what runs as the app: root takes what it has to know of a release from the marks.
use_release() {
  require_app
  if [ -z "${RELEASE-}" ]; then
    read_candidate
    RELEASE=$CANDIDATE
  fi
  if [ -z "$RELEASE" ] && [ -L "$APP_ROOT/current" ]; then
    RELEASE=$(readlink "$APP_ROOT/current")
    RELEASE=${RELEASE##*/}
  fi
  if [ -n "$RELEASE" ] && [ -n "${SCRATCH-}" ] && [ -d "$SCRATCH/$RELEASE" ]; then
    # A plan's release, of which there is what it takes to tell what would happen.
    APP_DIR=''
    MARKS=$SCRATCH/$RELEASE
  elif is_release "$RELEASE"; then
    APP_DIR=$APP_ROOT/releases/$RELEASE${SUBFOLDER:+/$SUBFOLDER}
    MARKS=$STATE/releases/$RELEASE
  else
    not_yet "the release that Invoke-RemoteGitClone makes"
    fail NoRelease "There is no release of $APP to work on${RELEASE:+ named $RELEASE}." "Invoke-RemoteGitClone $APP"
  fi
  COMMIT=''
  [ ! -s "$MARKS/source" ] || read -r COMMIT _ <"$MARKS/source"
  fact release "$RELEASE"
  [ -z "$COMMIT" ] || fact commit "$COMMIT"
}

# is_release NAME: one that root made, and that is whole.
is_release() { [[ $1 =~ ^($RELEASE_NAME)$ ]] && [ -s "$STATE/releases/$1/source" ] && [ -d "$APP_ROOT/releases/$1" ] && [ ! -L "$APP_ROOT/releases/$1" ]; }

# known_releases: the names of all that root has marks of, the newest first.
known_releases() {
  local path
  for path in "$STATE"/releases/*; do printf '%s\n' "${path##*/}"; done | grep -xE "$RELEASE_NAME" | sort -r || true
}

# read_candidate: CANDIDATE, the release that a deployment builds or left unfinished.
read_candidate() {
  CANDIDATE=''
  [ ! -s "$STATE/candidate" ] || CANDIDATE=$(<"$STATE/candidate")
  is_release "$CANDIDATE" || CANDIDATE=''
}

# clear_away NAME: a release. Its marks go first: cut off in the middle of it, half a release must not pass for a whole one. Not
# renamed meanwhile, for what mv cannot rename (on an overlay, say) it copies, as root and through whatever it finds.
clear_away() {
  stop_orphan
  rm -rf "$STATE/releases/$1"
  remove_tree app "$APP_ROOT/releases/$1"
}

# remove_tree app|builder PATH: PATH is an entry of a folder of root's; what is below it, its owner removes.
remove_tree() {
  local tree=$2
  [ -e "$tree" ] || [ -L "$tree" ] || return 0
  if [ -d "$tree" ] && [ ! -L "$tree" ]; then
    "as_$1" -w "$tree" -t 600 own_empty tree </dev/null ||
      fail UnsafePath "$tree cannot be emptied by the user it belongs to: somebody else has put something there, or it takes more than ten minutes." "find $tree ! -user $APP_USER ! -user $BUILD_USER -ls"
    rmdir "$tree" || fail UnsafePath "$tree was filled again while it was emptied: a process of its owner's is at work there." "lsof +D $tree"
  else
    rm -f "$tree"
  fi
}

own_empty() {
  # A folder without rights keeps even its owner out, who can give them back.
  find "$tree" -mindepth 1 -delete 2>/dev/null || {
    chmod -R u+rwX "$tree"
    find "$tree" -mindepth 1 -delete
  }
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
mark() { write_file "$MARKS/$1" 0600 root:root "$2"$'\n'; }

# live_slot: SLOT, LIVE_RELEASE and LIVE_PRINT of the Puma that serves, empty before the first deployment.
live_slot() {
  SLOT='' LIVE_RELEASE='' LIVE_PRINT=''
  [ ! -s "$STATE/live" ] || read -r SLOT LIVE_RELEASE LIVE_PRINT <"$STATE/live" || true
  # What is no whole line is nothing to go by.
  if [[ $SLOT != [ab] ]] || ! is_release "$LIVE_RELEASE"; then SLOT='' LIVE_RELEASE='' LIVE_PRINT=''; fi
}
