# shellcheck shell=bash
# Locks. That of an app's deployment is a lease: a descriptor of the session's own shell that lives exactly as long as it does,
# one for each deployment, for a shell may hold several. Those of the server are a step's, which waits for them.

# What the session's shell holds for somebody: a name, and the descriptor that holds it.
declare -A HD_LEASES=()

# Whoever can open a file, if only for reading, can lock it and keep everybody else waiting: nobody but root gets into this folder.
HD_LOCKS=/run/hosting

# take_lock STATE DEPLOYMENT OWNER [LAST]: status 2, somebody has it (fact owner); 3, deployments are held back (fact hold); 4, the
# journal's last deployment is another than LAST. With any status but 0 nothing is held.
take_lock() {
  local fd key="lock $1 $2"
  mkdir -p "$1" && chmod 700 "$1" || return 1
  if [ -f "$1/hold" ]; then
    fact hold "$(cat "$1/hold")"
    return 3
  fi
  exec {fd}>>"$1/lock" || return 1
  HD_LEASES[$key]=$fd
  # Whoever only looks whether it is taken has it for a blink.
  if ! flock -w 0.2 "$fd"; then
    let_go "$key"
    fact owner "$(cat "$1/lock")"
    return 2
  fi
  # Whoever had it a moment ago may have removed the app, the file with it: this lock would be nobody's.
  if ! lock_is_there "$1" "$fd"; then
    let_go "$key"
    take_lock "$@"
    return
  fi
  if [ -n "${4-}" ] && [ "$(sed -n 's/^{"deployment":"\([^"]*\)".*}$/\1/p' "$1/journal.jsonl" | tail -n 1)" != "$4" ]; then
    let_go "$key"
    return 4
  fi
  if (
    close_leases
    # A step that was given up may be gone some seconds later than its lock. What is there after that is one whose shell was killed
    # outright, and does nothing any more.
    install -d -m 0700 "$HD_LOCKS"
    exec 9>>"$HD_LOCKS/${1##*/}.step" && flock -w 8 9
    exec 9>&-
    # What an earlier deployment left at work as the app or the build user, when the server's shell was killed outright.
    systemctl stop "hosting.${1##*/}.app.service" "hosting.${1##*/}.build.service" 2>/dev/null
    # What failed in an earlier deployment is told already.
    systemctl reset-failed "hosting-${1##*/}.*.service" 2>/dev/null
    # Killed meanwhile, its shell holds nothing any more, and another may.
    stop_orphan
    # On disk before anything is done: what a power cut leaves half done has a deployment to its name. A line for each step is not
    # worth a sync, which every step would wait for: the end that vouches for them syncs them too.
    printf '%s\n' "$3" >"$1/lock" && journal_line "$1" "$3" && sync "$1/journal.jsonl" "$1"
  ); then return 0; fi
  let_go "$key"
  return 1
}

lock_is_there() { [ "/proc/self/fd/$2" -ef "$1/lock" ]; }

# drop_lock STATE DEPLOYMENT [END]: lets go, if it was got, with the last line of the deployment for the journal; a removed app has
# neither any more. Its status tells whether the line is there.
drop_lock() {
  local status=0 key="lock $1 $2"
  [ -n "${HD_LEASES[$key]-}" ] || return 0
  if lock_is_there "$1" "${HD_LEASES[$key]}"; then
    if [ -n "${3-}" ]; then (close_leases; journal_line "$1" "$3" && sync "$1/journal.jsonl") || status=1; fi
    : >"$1/lock"
  fi
  let_go "$key"
  return "$status"
}

# at_work: whoever takes the app's lock waits until this step is gone, with all that it has started.
at_work() {
  install -d -m 0700 "$HD_LOCKS"
  exec {AT_WORK}>>"$HD_LOCKS/${STATE##*/}.step" && flock -s "$AT_WORK"
}

# let_go KEY: closes what the shell has leased under that name.
let_go() {
  local fd=${HD_LEASES[$1]}
  unset 'HD_LEASES[$1]'
  exec {fd}>&-
}

# close_leases: in a child, which may outlive the shell, so that it keeps nothing of what that holds.
close_leases() {
  local fd
  for fd in "${HD_LEASES[@]}"; do exec {fd}>&-; done
}

# server_lock nginx|certbot|users: for the rest of the step, or up to server_unlock, that part of the server is this step's: other apps
# are deployed beside this one. A plan changes nothing and waits for nobody. Whoever takes two takes certbot first.
server_lock() {
  local name=SERVER_LOCK_$1 file=$HD_LOCKS/$1.lock what=$1 fd
  if [ -n "${PLAN-}" ] || [ -n "${!name-}" ]; then return 0; fi
  install -d -m 0700 "$HD_LOCKS"
  exec {fd}>>"$file"
  if ! flock -n "$fd"; then
    [ "$1" != users ] || what='the list of system users'
    fact waiting "$what, which is in use on this server by $(head -n 1 "$file" | grep . || echo another app)"
    flock "$fd"
  fi
  printf -v "$name" %s "$fd"
  printf '%s\n' "$APP" >"$file"
}

server_unlock() {
  local name=SERVER_LOCK_$1 fd
  fd=${!name-}
  [ -n "$fd" ] || return 0
  printf -v "$name" %s ''
  exec {fd}>&-
}

# change_users COMMAND...: useradd, usermod or userdel, which keep each other out by an error, after fifteen seconds of their own:
# somebody else's, an upgrade of the server's packages say, is waited for two minutes.
change_users() {
  local tries said status
  for ((tries = 0; ; tries++)); do
    status=0
    said=$("$@" 2>&1) || status=$?
    [ -z "$said" ] || printf '%s\n' "$said"
    if [ "$status" = 0 ]; then return 0; fi
    [[ $said == *'cannot lock /etc/'* ]] || return "$status"
    [ "$tries" -lt "${USERS_TRIES:-8}" ] ||
      fail UsersLocked "Somebody else has had the users of this server locked for two minutes: $(tail -n 1 <<<"$said")" "ls -l /etc/*.lock /etc/.pwd.lock and fuser -v /etc/.pwd.lock on the server: end what changes users there, or remove a .lock file that was left behind"
    [ "$tries" != 0 ] || fact waiting 'the users of this server, which somebody else is changing'
    sleep 1
  done
}
