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
  ! disk_was_full - <<<"$said" || fail_disk_full "the fetch of $BRANCH"
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
# For the journal.
# shellcheck disable=SC2034
COMMIT=$commit
tell_undone "$commit"

# The live release, or the one a deployment left unfinished, may be this very commit.
live_slot
candidate=$(cat "$STATE/candidate" 2>/dev/null || true)
for known in "$candidate" "$LIVE_RELEASE"; do
  if [ -n "$known" ] && [ "$(cat "$STATE/releases/$known/source" 2>/dev/null || true)" = "$commit $SUBFOLDER" ] && [ -d "$APP_ROOT/releases/$known" ]; then
    fact release "$known"
    export RELEASE=$known
    [ "$known" = "$candidate" ] || [ -z "$candidate" ] || [ -n "${PLAN-}" ] || rm -f "$STATE/candidate"
    exit 0
  fi
done
release=$(date -u +%Y%m%d-%H%M%S)-${commit:0:7}
fact release "$release"

# need_rails_app GIT_DIR: what every later step stands on is in the commit.
need_rails_app() {
  local needed
  for needed in Gemfile Gemfile.lock config.ru; do
    git_app --git-dir="$1" cat-file -e "$commit:${SUBFOLDER:+$SUBFOLDER/}$needed" 2>/dev/null ||
      fail NotARailsApp "There is no $needed in ${SUBFOLDER:-the root} of branch $BRANCH." "Set path in hosting.yml to the app's folder inside the repository, or commit the file."
  done
}

# tell_commits GIT_DIR: what comes with this commit, and what goes.
tell_commits() {
  local previous line
  [ -n "$LIVE_RELEASE" ] || return 0
  previous=$(cut -d' ' -f1 "$STATE/releases/$LIVE_RELEASE/source" 2>/dev/null || true)
  fact previous "$previous"
  while IFS= read -r line; do note "commit $line"; done < <(git_app --git-dir="$1" log --oneline --no-decorate -n 20 "$previous..$commit" 2>/dev/null || true)
  while IFS= read -r line; do note "without commit $line"; done < <(git_app --git-dir="$1" log --oneline --no-decorate -n 20 "$commit..$previous" 2>/dev/null || true)
}

# keep_source FOLDER: what decides whether later steps have work: the very trees of the commit.
keep_source() {
  MARKS=$1
  mark source "$commit $SUBFOLDER"
  mark branch "$BRANCH"
  git_app --git-dir="$2" ls-tree "$commit:$SUBFOLDER" >"$MARKS/tree"
}

# plan_release: the commit is fetched beside the repository, and what a plan reads of it is laid out in its scratch folder.
plan_release() {
  local git=$SCRATCH/git paths folder=$SCRATCH/$release
  chmod 711 "$SCRATCH"
  install -d -o "$APP_USER" -g "$APP_USER" "$git"
  git_app init -q --bare "$git" >/dev/null
  local depth=(--depth=1)
  if [ -f "$repo/HEAD" ]; then
    printf '%s/objects\n' "$repo" >"$git/objects/info/alternates"
    depth=()
  fi
  said=$(git_app --git-dir="$git" fetch -q --no-tags "${depth[@]}" "$REPOSITORY" "+$ref:$ref" 2>&1) || explain_git "$said"
  need_rails_app "$git"
  tell_commits "$git"
  keep_source "$folder/marks" "$git"
  mkdir "$folder/app"
  mapfile -t paths < <(git_app --git-dir="$git" ls-tree --name-only "$commit" "${SUBFOLDER:+$SUBFOLDER/}Gemfile" "${SUBFOLDER:+$SUBFOLDER/}Gemfile.lock" "${SUBFOLDER:+$SUBFOLDER/}db/migrate")
  git_app --git-dir="$git" archive --format=tar "$commit" "${paths[@]}" | tar -x -C "$folder/app"
}

if [ -n "${PLAN-}" ]; then
  changed "export commit ${commit:0:7} of $BRANCH as release $release"
  [ -z "$SCRATCH" ] || plan_release
  exit 0
fi
need_rails_app "$repo"
changed "export commit ${commit:0:7} of $BRANCH as release $release"
tell_commits "$repo"

# A release that never went live gives way to the next.
if [ -n "$candidate" ] && [ "$candidate" != "$LIVE_RELEASE" ]; then
  await_jobs
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
[ ! -f "$unfinished/.gitmodules" ] || note "the repository has submodules; a release holds the repository alone"
printf '%s\n' "$commit" >"$app_dir/REVISION"
while IFS= read -r folder; do
  rm -rf "${app_dir:?}/$folder"
  install -d -m 0755 -o "$APP_USER" -g "$APP_USER" "$app_dir/$(dirname "$folder")"
  ln -s "$APP_ROOT/shared/$folder" "$app_dir/$folder"
done <<<"$SHARED_FOLDERS"
install -d -m 0755 -o "$APP_USER" -g "$APP_USER" "$app_dir/public"
keep_source "$STATE/releases/$release" "$repo"
# Named first: a release that nothing names would stay for ever.
printf '%s\n' "$release" >"$STATE/.candidate" && mv -f "$STATE/.candidate" "$STATE/candidate"
mv -T "$unfinished" "$target"
# For the journal.
export RELEASE=$release
