# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # the parameters and the answers of a step script
# What is done as somebody else than root. The app's user and a commit can put a link, a FIFO or a device wherever they may
# write, so root follows no path in there: such work is a function that runs as its owner, in a transient unit with a time
# limit, that sees nothing of other apps and may write where it is told. What it prints is that user's text and no more:
# `must_match` lets pass what has the form it must have.
#
#   app_…    functions that run as the app's user, who runs Puma, rake and hooks
#   build_…  functions that run as the build user, who fetches, and installs gems
#   own_…    functions that run as either, in what belongs to that user
#   nobody_… functions that run as a user of that moment alone, who owns nothing and sees nothing of the app's

# as_app / as_builder / as_nobody [-w PATH]... [-t SECONDS] [-k] FUNCTION [VARIABLE...]: FUNCTION, with the functions of its kind and
# these variables, its stdin being the caller's. -w: it may write there; -k: it may pass /etc/hosting to its deploy key. Its exit
# status is the function's; it is not 0 when that took too long either.
as_app() { confined app_ "$APP_USER" "$@"; }
as_builder() { confined build_ "$BUILD_USER" "$@"; }
as_nobody() { confined nobody_ '' "$@"; }

confined() {
  local kind=$1 user=$2 seconds=60 keys='' properties=() function unit text status=0 names OPTARG OPTIND option
  shift 2
  while getopts w:t:k option; do
    case $option in
      w) properties+=(-p BindPaths="$OPTARG" -p ReadWritePaths="$OPTARG") ;;
      t) seconds=$OPTARG ;;
      k) keys=1 ;;
      *) fail StepFailed "-$option is no way to run as $user." ;;
    esac
  done
  shift $((OPTIND - 1))
  stop_orphan
  [ -n "$keys" ] || properties+=(-p InaccessiblePaths=-/etc/hosting)
  function=$1
  shift
  [[ $function == "$kind"* || $function == own_* ]] || fail StepFailed "$function does not run as $user."
  mapfile -t names < <(compgen -A function "$kind"; compgen -A function own_)
  text="set -euo pipefail
{ echo $BEHIND >/proc/self/autogroup; } 2>/dev/null || true
$(if [ $# -gt 0 ]; then declare -p "$@"; fi)
$(declare -f "${names[@]}")
$function"
  # A deployment's own unit is found, and ended, by whoever has the lock next, should the server's shell be killed outright. A plan
  # holds no lock.
  unit=hosting.$APP.${kind%_}.service
  if [ -z "${DEPLOYMENT-}" ] || [ -n "${PLAN-}" ]; then unit=hosting.$APP.${kind%_}-$BASHPID-${EPOCHREALTIME//[!0-9]/}.service; fi
  confine "$user" "CAP_NET_BROADCAST CAP_NET_BIND_SERVICE"
  trap 'systemctl stop "$unit" 2>/dev/null; exit 143' TERM
  trap 'systemctl stop "$unit" 2>/dev/null; exit 129' HUP
  # Whoever reads this may be stopped first; bash tells of the ended child, and must not die of it before its trap has run.
  trap : PIPE
  # The text comes first on stdin, up to a NUL: arguments are read by everybody, and systemd expands what looks like a variable.
  # oneshot: for another type, to be ended by a signal is a success, and whoever runs as the same user can send one.
  # shellcheck disable=SC2016
  { printf '%s\0' "$text"; exec cat; } |
    systemd-run --quiet --collect --pipe --wait --unit="$unit" --description="$APP ${function//_/ }" --service-type=oneshot --nice="$BEHIND" \
      -p TimeoutStartSec="$seconds" -p TimeoutStopSec=2 -p WorkingDirectory=/ "${CONFINEMENT[@]}" "${properties[@]}" \
      -- /bin/bash --noprofile --norc -c 'IFS= read -r -d "" script; eval "$script"' || status=${PIPESTATUS[1]}
  stop_orphan
  trap - PIPE
  if [ -n "${JOURNAL_STEP-}" ]; then end_on_signal; else trap - TERM HUP; fi
  return "$status"
}

# stop_orphan: a step whose shell was killed outright must not go on beside the next deployment: nobody holds the lock for it.
stop_orphan() { [ -e "/proc/$$" ] || exit 129; }

# limited BYTES: the end of a pipe; of what comes in so much, and the rest is read all the same, so that nobody dies of writing it.
limited() {
  head -c "$1"
  cat >/dev/null
}

# confine USER [CAPABILITIES]: sets CONFINEMENT, what a unit of this user (none: one of that moment) may, and HARDENING, what costs a
# moment more at each start and is for work that lasts: jobs and hooks. Puma's own unit has both in its template.
# Through /proc/PID/root a process enters the mounts of another, and writes where only that may, when both are of one user and the
# other has no capability that it lacks (ptrace(2), "Ptrace access mode checking"). So Puma has none, jobs and hooks have one that
# means nothing, and what root has done as their user one more.
confine() {
  local capabilities=${2-CAP_NET_BROADCAST}
  CONFINEMENT=(
    -p UMask=0022 -p NoNewPrivileges=yes -p CapabilityBoundingSet="$capabilities" -p AmbientCapabilities="$capabilities"
    -p ProtectSystem=strict -p ProtectHome=read-only -p PrivateTmp=yes -p ProtectProc=invisible
    -p TemporaryFileSystem=/var/www:ro -p InaccessiblePaths=-/var/lib/hosting -p InaccessiblePaths=-/run/dbus
    -p RestrictAddressFamilies="AF_UNIX AF_INET AF_INET6 AF_NETLINK" -p RestrictNamespaces=yes -p RestrictRealtime=yes -p RestrictSUIDSGID=yes
    -p LockPersonality=yes -p SystemCallArchitectures=native -p SystemCallFilter=@system-service -p SystemCallErrorNumber=EPERM
  )
  HARDENING=(
    -p InaccessiblePaths=-/etc/hosting -p PrivateDevices=yes -p PrivateIPC=yes -p RemoveIPC=yes -p ProtectControlGroups=yes -p ProtectClock=yes -p ProtectHostname=yes
    -p ProtectKernelTunables=yes -p ProtectKernelModules=yes -p ProtectKernelLogs=yes
  )
  if [ -n "$1" ]; then CONFINEMENT+=(--uid="$1" --gid="$1" -p BindReadOnlyPaths=-"$APP_ROOT"); else CONFINEMENT+=(-p DynamicUser=yes); fi
}

# must_match PATTERN TEXT WHAT: from its first to its last character TEXT is of that form, an extended regular expression.
must_match() {
  [[ $2 =~ ^($1)$ ]] || fail UnexpectedAnswer "What the server said is no $3: $(printf '%.60q' "$2")." "Somebody may have tampered with what belongs to $APP on the server: look there before running the step again"
}

readonly COMMIT_ID='[0-9a-f]{40}|[0-9a-f]{64}' RELEASE_NAME='[0-9]{8}-[0-9]{6}-[0-9a-f]{7}'
