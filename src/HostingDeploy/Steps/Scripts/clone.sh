# shellcheck shell=bash
require_app
repo=$APP_ROOT/repo
put_file "$CONF/git_known_hosts" 0644 root:root "$GIT_KNOWN_HOSTS"
if [ -n "$DEPLOY_KEY" ]; then
  put_file "$CONF/deploy_key" 0400 "$BUILD_USER:$BUILD_USER" "$DEPLOY_KEY"
elif [ -s "$CONF/deploy_key" ]; then
  # The same, its owner as it has to be.
  put_file "$CONF/deploy_key" 0400 "$BUILD_USER:$BUILD_USER" "$(<"$CONF/deploy_key")"$'\n'
elif would "create a deploy key for $APP"; then
  made=$(mktemp -d)
  ssh-keygen -q -t ed25519 -N '' -C "$APP@$(hostname)" -f "$made/key"
  write_file "$CONF/deploy_key" 0400 "$BUILD_USER:$BUILD_USER" "$(<"$made/key")"$'\n'
  rm -r "$made"
fi

explain_git() {
  local key='' said=$1
  printf '%s\n' "$said" | redacted
  [ ! -f "$CONF/deploy_key" ] || key=$(ssh-keygen -y -f "$CONF/deploy_key" 2>/dev/null || true)
  ! disk_was_full - <<<"$said" || fail_disk_full "the fetch of $BRANCH"
  case $said in
    *'REMOTE HOST IDENTIFICATION HAS CHANGED'*) fail GitHostKeyChanged "The Git server of $REPOSITORY shows another host key than the pinned one." "Ask its owner; then correct gitHostKeys in hosting.yml." ;;
    *'Host key verification failed'* | *'No '*' host key is known'*) fail GitHostKeyUnknown "The host key of the Git server of $REPOSITORY is not pinned." "Put its line under gitHostKeys in hosting.yml (ssh-keyscan shows it; compare it with what its owner publishes)." ;;
    *'Permission denied ('*) fail DeployKeyRefused "The Git server of $REPOSITORY does not accept the deploy key." "Add this key to the repository as a read-only deploy key: $key" ;;
    *"couldn't find remote ref"*) fail BranchNotFound "There is no branch $BRANCH in $REPOSITORY." "git push origin $BRANCH, or Invoke-RemoteGitClone $APP -Branch another" ;;
    *'Could not resolve'* | *'Connection refused'* | *'timed out'* | *'No route to host'* | *'not responding'*) fail GitHostUnreachable "The server cannot reach the Git server of $REPOSITORY." "Check its name and the server's network, then Invoke-RemoteGitClone $APP" ;;
    *'does not appear to be a git repository'* | *'not found'*) fail RepositoryNotFound "The Git server knows no repository $REPOSITORY (or the deploy key may not see it)." "Check repository in hosting.yml; the key to allow: $key" ;;
    *) fail GitFailed "git could not fetch $BRANCH from $REPOSITORY." "Invoke-RemoteGitClone $APP" ;;
  esac
}

# build_git: git with the app's own key and the pinned host keys alone. Nothing can ask a question, a line that went dead is noticed,
# and neither settings nor hooks nor replaced objects in a repository make it do or show another thing.
build_git() {
  env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/nonexistent LC_ALL=C.UTF-8 GIT_TERMINAL_PROMPT=0 \
    GIT_CONFIG_NOSYSTEM=1 GIT_NO_REPLACE_OBJECTS=1 GIT_SSH_VARIANT=ssh \
    GIT_SSH_COMMAND="ssh -F /dev/null -i $CONF/deploy_key -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=$CONF/git_known_hosts -o GlobalKnownHostsFile=/dev/null -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=3" \
    git -c gc.auto=0 -c maintenance.auto=false -c core.hooksPath=/dev/null -c protocol.allow=never -c protocol.ssh.allow=always -c core.fsync=all "$@"
}

# build_fetch: the newest commit of the branch; and, unless it is one of `known`, what a deployment has to know of it: a word and its
# text in base64 a line. A plan fetches into a repository of its own, which is gone with this unit.
build_fetch() {
  local git=$repo commit depth=()
  if [ -n "$PLAN" ]; then
    commit=$(build_git ls-remote "$REPOSITORY" "$ref" | cut -f1)
    [ -n "$commit" ] || { echo "couldn't find remote ref $ref" && exit 1; }
    [[ " $known " != *" $commit "* ]] || { printf 'commit %s\n' "$commit" && exit 0; }
    git=/tmp/plan
    build_git init -q --bare "$git"
    if [ -s "$repo/HEAD" ]; then printf '%s/objects\n' "$repo" >"$git/objects/info/alternates"; else depth=(--depth=1); fi
  elif [ ! -s "$repo/HEAD" ]; then
    build_git init -q --bare "$repo"
  fi
  build_git --git-dir="$git" fetch -q --no-tags "${depth[@]}" "$REPOSITORY" "+$ref:$ref"
  commit=$(build_git --git-dir="$git" rev-parse --verify -q "$ref^{commit}")
  [[ " $known " == *" $commit "* ]] || build_tell
  printf 'commit %s\n' "$commit"
}

build_tell() {
  local name size at=$commit:${SUBFOLDER:+$SUBFOLDER/}
  for name in Gemfile Gemfile.lock config.ru; do
    size=$(build_git --git-dir="$git" cat-file --batch-check='%(objecttype) %(objectsize)' --follow-symlinks < <(printf '%s\n' "$at$name"))
    # What is no file in there (a link out of it, a folder) is none.
    if [[ $size != 'blob '* ]] || [ "${size#blob }" -gt 4194304 ]; then
      printf 'missing %s\n' "$name"
    elif [ "$name" != config.ru ]; then
      printf '%s %s\n' "$name" "$(build_git --git-dir="$git" cat-file --batch='' --follow-symlinks < <(printf '%s\n' "$at$name") | tail -n +2 | base64 -w 0)"
    fi
  done
  printf 'tree %s\n' "$({ build_git --git-dir="$git" ls-tree "$commit:$SUBFOLDER" 2>/dev/null || true; } | base64 -w 0)"
  printf 'public %s\n' "$({ build_git --git-dir="$git" ls-tree -d --name-only "${at}public" 2>/dev/null || true; } | base64 -w 0)"
  printf 'migrations %s\n' "$({ build_git --git-dir="$git" ls-tree --name-only "${at}db/migrate" 2>/dev/null || true; } | base64 -w 0)"
  ! build_git --git-dir="$git" cat-file -e "$commit:.gitmodules" 2>/dev/null || echo submodules yes
  if [ -n "$previous" ]; then
    printf 'with %s\n' "$({ build_git --git-dir="$git" log --oneline --no-decorate -n 20 "$previous..$commit" 2>/dev/null || true; } | base64 -w 0)"
    printf 'without %s\n' "$({ build_git --git-dir="$git" log --oneline --no-decorate -n 20 "$commit..$previous" 2>/dev/null || true; } | base64 -w 0)"
  fi
}

# fetch: SAID, what the build user answers; false when it failed.
fetch() {
  local writes=()
  [ -n "${PLAN-}" ] || writes=(-w "$repo")
  SAID=$(as_builder -k "${writes[@]}" -t 3600 build_fetch APP CONF PLAN REPOSITORY SUBFOLDER repo ref known previous </dev/null 2>&1 | limited 33554432)
}

# The live release, or the one a deployment left unfinished, may be the newest commit already.
ref=refs/heads/$BRANCH known='' previous=''
live_slot
read_candidate
for name in "$CANDIDATE" "$LIVE_RELEASE"; do
  # One that an earlier version made has fewer marks than later steps go by.
  if [ -z "$name" ] || [ ! -f "$STATE/releases/$name/migrations" ]; then continue; fi
  read -r commit folder <"$STATE/releases/$name/source" || true
  [ "$folder" != "$SUBFOLDER" ] || known+=" $commit"
done
[ -z "$LIVE_RELEASE" ] || read -r previous _ <"$STATE/releases/$LIVE_RELEASE/source"
if [ -n "${PLAN-}" ] && { [ ! -r "$CONF/deploy_key" ] || [ ! -r "$CONF/git_known_hosts" ]; }; then
  changed "clone $REPOSITORY"
  exit 0
fi
if ! fetch; then
  case $SAID in
    *'is empty'* | *corrupt* | *'bad object'* | *'not a git repository'* | *'unable to read'* | *'inflate'* | *'missing blob'* | *'did not send all necessary objects'* | *'broken'* | *'bad config'* | *'.lock'*'File exists'* | *'cannot lock ref'*)
      # The repository is only a copy of what the Git server has.
      [ -z "${PLAN-}" ] || explain_git "$SAID"
      note 'the copy of the repository was damaged, and is made anew'
      remove_tree builder "$repo"
      put_dir "$repo" 0700 "$BUILD_USER:$BUILD_USER"
      fetch || explain_git "$SAID"
      ;;
    *) explain_git "$SAID" ;;
  esac
fi
commit=$(sed -n '$s/^commit //p' <<<"$SAID")
must_match "$COMMIT_ID" "$commit" 'id of a commit'
fact commit "$commit"
# For the journal.
# shellcheck disable=SC2034
COMMIT=$commit
tell_undone "$commit"
if [[ " $known " == *" $commit "* ]]; then
  for name in "$CANDIDATE" "$LIVE_RELEASE"; do
    if [ -n "$name" ] && [ "$(<"$STATE/releases/$name/source")" = "$commit $SUBFOLDER" ]; then
      fact release "$name"
      export RELEASE=$name
      [ "$name" = "$CANDIDATE" ] || [ -n "${PLAN-}" ] || rm -f "$STATE/candidate"
      exit 0
    fi
  done
fi
release=$(date -u +%Y%m%d-%H%M%S)-${commit:0:7}
fact release "$release"

# said_of WORD: what the build user says of it.
said_of() { sed -n "s/^$1 //p" <<<"$SAID" | tail -n 1; }
decoded() { said_of "$1" | base64 -d 2>/dev/null || true; }

missing=$(said_of missing)
[ -z "$missing" ] || fail NotARailsApp "There is no file $missing in ${SUBFOLDER:-the root} of branch $BRANCH." \
  "Set path in hosting.yml to the app's folder inside the repository, or commit the file."
changed "export commit ${commit:0:7} of $BRANCH as release $release"
# What comes with this commit, and what goes.
[ -z "$previous" ] || fact previous "$previous"
while IFS= read -r line; do note "commit $line"; done < <(decoded with)
while IFS= read -r line; do note "without commit $line"; done < <(decoded without)
[ -z "$(said_of submodules)" ] || note "the repository has submodules; a release holds the repository alone"

# keep_marks FOLDER: what later steps go by, the trees of the commit among it: a folder under its name only when all is in it.
keep_marks() {
  local part=${1%/*}/.part word
  rm -rf "$part"
  mkdir "$part"
  for word in Gemfile Gemfile.lock tree public migrations; do decoded "$word" >"$part/$word"; done
  [ -s "$part/tree" ] || fail UnexpectedAnswer "The tree of commit $commit could not be read." "Invoke-RemoteGitClone $APP"
  printf '%s\n' "$BRANCH" >"$part/branch"
  printf '%s\n' "$commit $SUBFOLDER" >"$part/source"
  settle "$part"
  mv -T "$part" "$1"
}

if [ -n "${PLAN-}" ]; then
  [ -z "$SCRATCH" ] || keep_marks "$SCRATCH/$release"
  exit 0
fi

# app_lay_out: the archive on stdin becomes the release: the commit's files, which commit it is, and links to what outlives it.
app_lay_out() {
  local folder parent name top
  # The code is the app's; of its folders nginx passes through those above public, and reads that.
  umask 027
  cd "$unfinished" || exit
  top=$(pwd -P)
  tar -x --no-same-owner --warning=no-timestamp
  cd "./$SUBFOLDER" || exit
  for name in Gemfile Gemfile.lock config.ru; do
    [ -e "$name" ] || { printf 'left out: %s\n' "$name" && exit 65; }
  done
  rm -rf REVISION
  printf '%s\n' "$commit" >REVISION
  while IFS= read -r folder; do
    parent=$(dirname "./$folder")
    [[ $(realpath -m "$parent")/ == "$top"/* ]] || { printf 'leads out: %s\n' "${parent#./}" && exit 65; }
    mkdir -p "$parent"
    rm -rf "./$folder"
    ln -s "$APP_ROOT/shared/$folder" "./$folder"
  done <<<"$SHARED_FOLDERS"
  [ -L public ] || mkdir -p public
  # A link that leads out of here leads to what is not the app's to open.
  if [ -d public ] && [[ $(realpath public)/ == "$top"/* ]]; then chmod -R o+rX "$(realpath public)"; fi
  while [ "$(pwd -P)" != "$top" ]; do
    chmod o+x .
    cd .. || exit
  done
}
build_archive() { build_git --git-dir="$repo" archive --format=tar "$commit"; }

# One export at a time, for a step alone holds no lock; this one lasts as long as this script.
exec {exporting}<"$STATE/releases"
flock -w 600 "$exporting" || fail ReleaseNotWritten "Another export of a release of $APP has been going on for ten minutes." "Get-AppDeployment $APP -First 1"

# A release that never went live gives way to the next.
if [ -n "$CANDIDATE" ] && [ "$CANDIDATE" != "$LIVE_RELEASE" ]; then
  await_jobs
  clear_away "$CANDIDATE"
fi
unfinished=$APP_ROOT/releases/.unfinished
remove_tree app "$unfinished"
# nginx passes through it to what is public; nobody else but the app's user has anything to look for in it.
install -d -m 0710 -o "$APP_USER" -g www-data "$unfinished"
laid=$({
  as_builder -t 600 build_archive CONF repo commit </dev/null | as_app -w "$unfinished" -t 600 app_lay_out APP_ROOT SUBFOLDER SHARED_FOLDERS unfinished commit
} 2>&1 | limited 65536) || {
  remove_tree app "$unfinished"
  printf '%s\n' "$laid"
  ! disk_was_full - <<<"$laid" || fail_disk_full "the export of commit ${commit:0:7}"
  [[ $laid != *'leads out: '* ]] || fail UnsafePath "$(sed -n 's/.*leads out: //p' <<<"$laid" | head -n 1) in commit ${commit:0:7} leads out of the release, and a shared folder was to be linked below it." \
    "Make it a folder in the repository, or take the folder out of sharedFolders in hosting.yml."
  [[ $laid != *'left out: '* ]] || fail NotARailsApp "$(sed -n 's/.*left out: //p' <<<"$laid" | head -n 1) of commit ${commit:0:7} is not exported (export-ignore in .gitattributes)." \
    "Take it out of .gitattributes, commit, then Invoke-AppDeployment $APP"
  fail ReleaseNotWritten "The release could not be written to $APP_ROOT/releases." "df -h $APP_ROOT"
}
settle "$APP_ROOT/releases"
keep_marks "$STATE/releases/$release"
# Named first: a release that nothing names would stay for ever.
note_down candidate "$release"
mv -T "$unfinished" "$APP_ROOT/releases/$release"
sync "$APP_ROOT/releases"
# For the journal.
export RELEASE=$release
