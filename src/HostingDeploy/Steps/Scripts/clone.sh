# shellcheck shell=bash
require_app
repo=$APP_ROOT/repo
put_file "$CONF/git_known_hosts" 0644 root:root "$GIT_KNOWN_HOSTS"
if [ -n "$DEPLOY_KEY" ]; then
  put_file "$CONF/deploy_key" 0400 "$APP_USER:$APP_USER" "$DEPLOY_KEY"
elif [ ! -f "$CONF/deploy_key" ]; then
  if would "create a deploy key for $APP"; then
    ssh-keygen -q -t ed25519 -N '' -C "$APP@$(hostname)" -f "$CONF/deploy_key"
    chown "$APP_USER:$APP_USER" "$CONF/deploy_key"
    chmod 400 "$CONF/deploy_key"
  fi
fi

explain_git() {
  local key='' said=$1
  printf '%s\n' "$said"
  [ ! -f "$CONF/deploy_key" ] || key=$(ssh-keygen -y -f "$CONF/deploy_key" 2>/dev/null || true)
  case $said in
    *'REMOTE HOST IDENTIFICATION HAS CHANGED'*) fail GitHostKeyChanged "The Git server of $REPOSITORY shows another host key than the pinned one." "Ask its owner; then correct gitHostKeys in hosting.yml." ;;
    *'Host key verification failed'* | *'No '*' host key is known'*) fail GitHostKeyUnknown "The host key of the Git server of $REPOSITORY is not pinned." "Put its line under gitHostKeys in hosting.yml (ssh-keyscan shows it; compare it with what its owner publishes)." ;;
    *'Permission denied'*) fail DeployKeyRefused "The Git server of $REPOSITORY does not accept the deploy key." "Add this key to the repository as a read-only deploy key: $key" ;;
    *"couldn't find remote ref"*) fail BranchNotFound "There is no branch $BRANCH in $REPOSITORY." "git push origin $BRANCH, or Invoke-RemoteGitClone $APP -Branch another" ;;
    *'Could not resolve'* | *'Connection refused'* | *'timed out'* | *'No route to host'*) fail GitHostUnreachable "The server cannot reach the Git server of $REPOSITORY." "Check its name and the server's network, then Invoke-RemoteGitClone $APP" ;;
    *'does not appear to be a git repository'* | *'not found'*) fail RepositoryNotFound "The Git server knows no repository $REPOSITORY (or the deploy key may not see it)." "Check repository in hosting.yml; the key to allow: $key" ;;
    *) fail GitFailed "git could not fetch $BRANCH from $REPOSITORY." "Invoke-RemoteGitClone $APP" ;;
  esac
}

ref=refs/heads/$BRANCH
if [ -n "${PLAN-}" ]; then
  if [ ! -r "$CONF/deploy_key" ] || [ ! -r "$CONF/git_known_hosts" ]; then
    would "clone $REPOSITORY" || exit 0
  fi
  said=$(git_app ls-remote "$REPOSITORY" "$ref" 2>&1) || explain_git "$said"
  commit=$(printf '%s\n' "$said" | awk -v ref="$ref" '$2 == ref { print $1 }')
  [ -n "$commit" ] || explain_git "couldn't find remote ref"
else
  [ -f "$repo/HEAD" ] || git_app init -q --bare "$repo" >/dev/null
  said=$(git_app --git-dir="$repo" fetch -q --no-tags "$REPOSITORY" "+$ref:$ref" 2>&1) || explain_git "$said"
  commit=$(git_app --git-dir="$repo" rev-parse --verify -q "$ref^{commit}")
fi
fact commit "$commit"
tell_undone "$commit"

# The live release, or the one a deployment left unfinished, may be this very commit.
live=''
[ ! -L "$APP_ROOT/current" ] || live=$(basename "$(readlink "$APP_ROOT/current")")
candidate=$(cat "$STATE/candidate" 2>/dev/null || true)
for known in "$candidate" "$live"; do
  if [ -n "$known" ] && [ "$(cat "$STATE/releases/$known/source" 2>/dev/null || true)" = "$commit $SUBFOLDER" ] && [ -d "$APP_ROOT/releases/$known" ]; then
    fact release "$known"
    export RELEASE=$known
    [ "$known" = "$candidate" ] || [ -z "$candidate" ] || [ -n "${PLAN-}" ] || rm -f "$STATE/candidate"
    exit 0
  fi
done

if [ -n "$live" ]; then
  previous=$(cut -d' ' -f1 "$STATE/releases/$live/source" 2>/dev/null || true)
  fact previous "$previous"
  if [ -z "${PLAN-}" ]; then
    fact log "$(git_app --git-dir="$repo" log --oneline --no-decorate -n 20 "$previous..$commit" 2>/dev/null || true)"
  fi
fi
release=$(date -u +%Y%m%d-%H%M%S)-${commit:0:7}
would "export commit ${commit:0:7} of $BRANCH as release $release" || {
  fact release "$release"
  exit 0
}

# A release that never went live gives way to the next.
if [ -n "$candidate" ] && [ "$candidate" != "$live" ] && ! grep -qs " $candidate " "$STATE/live"; then
  rm -rf "$APP_ROOT/releases/${candidate:?}" "$STATE/releases/${candidate:?}"
fi
target=$APP_ROOT/releases/$release
unfinished=$APP_ROOT/releases/.unfinished
rm -rf "$unfinished"
install -d -m 0755 -o "$APP_USER" -g "$APP_USER" "$unfinished"
if ! git_app --git-dir="$repo" archive --format=tar "$commit" | runuser -u "$APP_USER" -- tar -x -C "$unfinished"; then
  rm -rf "$unfinished"
  fail ReleaseNotWritten "The release could not be written to $APP_ROOT/releases." "df -h $APP_ROOT"
fi
app_dir=$unfinished${SUBFOLDER:+/$SUBFOLDER}
for needed in Gemfile Gemfile.lock config.ru; do
  [ -f "$app_dir/$needed" ] || {
    rm -rf "$unfinished"
    fail NotARailsApp "There is no $needed in ${SUBFOLDER:-the root} of branch $BRANCH." "Set path in hosting.yml to the app's folder inside the repository, or commit the file."
  }
done
[ ! -f "$unfinished/.gitmodules" ] || note "the repository has submodules; a release holds the repository alone"
printf '%s\n' "$commit" >"$app_dir/REVISION"
while IFS= read -r folder; do
  rm -rf "${app_dir:?}/$folder"
  install -d -m 0755 -o "$APP_USER" -g "$APP_USER" "$app_dir/$(dirname "$folder")"
  ln -s "$APP_ROOT/shared/$folder" "$app_dir/$folder"
done <<<"$SHARED_FOLDERS"
install -d -m 0755 -o "$APP_USER" -g "$APP_USER" "$app_dir/public"
MARKS=$STATE/releases/$release
mark source "$commit $SUBFOLDER"
mark branch "$BRANCH"
# What decides whether later steps have work: the very trees of the commit.
git_app --git-dir="$repo" ls-tree "$commit:$SUBFOLDER" >"$MARKS/tree"
mv -T "$unfinished" "$target"
printf '%s\n' "$release" >"$STATE/.candidate" && mv -f "$STATE/.candidate" "$STATE/candidate"
fact release "$release"
# For the journal.
export RELEASE=$release
