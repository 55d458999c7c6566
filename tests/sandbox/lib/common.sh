# shellcheck shell=bash
# shellcheck disable=SC2034 # these are for the other files
# Names, addresses, folders, and how the sandbox speaks.

readonly CACHE_DIR=${HOSTINGDEPLOY_CACHE:-/var/cache/hostingdeploy}
# Which of several sandboxes on this machine this is: each has a network, names and folders of its own.
readonly SANDBOX_NUMBER=${HOSTINGDEPLOY_SANDBOX_NUMBER:-0}
readonly SUFFIX=${SANDBOX_NUMBER#0}
readonly STATE_DIR=${HOSTINGDEPLOY_SANDBOX:-/var/lib/hostingdeploy-sandbox$SUFFIX}
readonly CLIENT_DIR=$STATE_DIR/client
# What must be known to every state folder on this machine, since bridge, addresses and cgroups are shared by all.
readonly RUN_DIR=/run/hostingdeploy-sandbox$SUFFIX
# Where the disks made of blocks are.
readonly BLOCKS_DIR=$RUN_DIR/blocks
readonly DEFAULT_RELEASE=bookworm

readonly NETWORK=10.78.$SANDBOX_NUMBER
readonly HUB_ADDRESS=$NETWORK.3
readonly GEM_PORT=9292
readonly DNS_MANAGEMENT_PORT=8055
readonly PRODUCTION_ACME_PORT=14000
readonly STAGING_ACME_PORT=15000
readonly PRODUCTION_ACME_MANAGEMENT_PORT=14001
readonly STAGING_ACME_MANAGEMENT_PORT=15001

readonly EXIT_USAGE=2
readonly EXIT_UNSUITABLE_MACHINE=3

say() {
  printf '%s\n' "$*"
}

note() {
  printf 'sandbox: %s\n' "$*" >&2
}

fail() {
  note "$*"
  exit 1
}

usage_error() {
  note "$*"
  verb_help >&2
  exit "$EXIT_USAGE"
}

# The address of a host: hub, web1, web2, ...
address_of() {
  local host=$1
  if [[ $host == hub ]]; then
    printf '%s\n' "$HUB_ADDRESS"
  elif [[ $host =~ ^web([1-9][0-9]?)$ ]]; then
    printf '%s.%s\n' "$NETWORK" "$((10 + BASH_REMATCH[1]))"
  else
    usage_error "unknown host '$host': hosts are hub, web1, web2, ..."
  fi
}

# Makes one run at a time of whatever changes hosts or images. The lock is let go when the shell ends; children that
# outlive it (the hosts) are started with the descriptor closed.
take_lock() {
  mkdir -p "$RUN_DIR"
  exec {LOCK_FD}>>"$RUN_DIR/lock"
  if ! flock --nonblock "$LOCK_FD"; then
    note "waiting for another run: $(<"$RUN_DIR/lock")"
    flock --timeout 600 "$LOCK_FD" || fail "it has held $RUN_DIR/lock for ten minutes"
  fi
  printf 'sandbox.sh %s (process %s)\n' "$*" "$$" >"$RUN_DIR/lock"
}

# One short hash for names, modes and content of the given files and folders (paths inside the sandbox's own folder).
fingerprint() {
  tar -C "$SANDBOX_DIR" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - "$@" | sha256sum | cut -c1-12
}

# Seconds with a tenth, since the moment given in $EPOCHREALTIME's form.
seconds_since() {
  local now=${EPOCHREALTIME/[.,]/} then=${1/[.,]/}
  local tenths=$(((now - then + 50000) / 100000))
  printf '%d.%d\n' "$((tenths / 10))" "$((tenths % 10))"
}
