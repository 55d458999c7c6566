# shellcheck shell=bash
# Hosts: a disk (overlay above an image, or blocks), a network namespace and a cgroup each. Whatever runs in the cgroup is the
# host; nothing else is ever signalled.

readonly BOOT_TIMEOUT=60

# Where this machine has cgroup v2 mounted; a place of our own if it has not.
CGROUP_ROOT=$(findmnt --noheadings --types cgroup2 --output TARGET | head -n 1 || true)
readonly CGROUP_ROOT=${CGROUP_ROOT:-$RUN_DIR/cgroup}
# On a machine with both hierarchies, systemd-nspawn makes the same folder in the old one.
LEGACY_CGROUP_ROOT=$(findmnt --noheadings --types cgroup --options name=systemd --output TARGET | head -n 1 || true)
readonly LEGACY_CGROUP_ROOT

mount_cgroup_root() {
  if [[ $CGROUP_ROOT == "$RUN_DIR/cgroup" ]] && ! mountpoint --quiet "$CGROUP_ROOT"; then
    mkdir -p "$CGROUP_ROOT"
    mount -t cgroup2 none "$CGROUP_ROOT"
  fi
}

cgroup_of() {
  printf '%s/hostingdeploy%s-%s\n' "$CGROUP_ROOT" "$SUFFIX" "$1"
}

disk_of() {
  printf '%s/hosts/%s\n' "$STATE_DIR" "$1"
}

# The host's systemd as this machine numbers it; nothing if it does not run.
systemd_of() {
  local procs
  procs=$(cgroup_of "$1")/payload/init.scope/cgroup.procs
  [[ ! -e $procs ]] || head -n 1 "$procs" 2>/dev/null || true
}

# running, degraded, starting, stopping ... or off. In words of systemd, asked in the host itself.
state_of() {
  local systemd state
  systemd=$(systemd_of "$1")
  if [[ -z $systemd ]]; then
    printf 'off\n'
    return
  fi
  state=$(nsenter --target "$systemd" --all -- systemctl is-system-running 2>/dev/null || true)
  printf '%s\n' "${state:-starting}"
}

is_up() {
  [[ $(state_of "$1") == @(running|degraded) ]]
}

# Hosts that have anything here: a cgroup, a network or a disk.
known_hosts() {
  local path
  for path in "$CGROUP_ROOT/hostingdeploy$SUFFIX"-* "/run/netns/$BRIDGE"-* "$STATE_DIR"/hosts/*; do
    [[ -e $path ]] || continue
    path=${path##*/}
    path=${path#"hostingdeploy$SUFFIX-"}
    printf '%s\n' "${path#"$BRIDGE-"}"
  done | LC_ALL=C sort -u
}

# What a fresh disk of the host would be made of; a host made of something else is out of date.
makings_of() {
  local host=$1 release=$2
  if [[ $host == hub ]]; then
    printf '%s %s\n' "$(hub_image "$release")" "$(fingerprint app branches lib/prepare.sh)"
  else
    printf '%s %s\n' "$(web_image "$release")" "$(fingerprint lib/prepare.sh)"
  fi
}

# make_disk HOST RELEASE [--blocks]
make_disk() {
  local host=$1 release=$2 blocks=${3:-} disk
  disk=$(disk_of "$host")
  discard_disk "$host"
  mkdir -p "$disk/upper"
  if [[ $host == hub ]]; then
    hub_image "$release" >"$disk/layers"
  fi
  web_image "$release" >>"$disk/layers"
  makings_of "$host" "$release" >"$disk/makings"
  printf '%s\n' "$release" >"$disk/release"
  [[ -z $blocks ]] || fresh_blocks "$host" "$(web_image "$release")"
}

discard_disk() {
  local disk
  disk=$(disk_of "$1")
  discard_blocks "$1"
  rm -rf "$disk"
}

start_host() {
  local host=$1 cgroup
  cgroup=$(cgroup_of "$host")
  mkdir -p "$cgroup"
  attach_network "$host"
  setsid unshare --mount --propagation private "$SANDBOX_DIR/lib/boot.sh" "$host" "$cgroup" \
    </dev/null >"$(disk_of "$host")/boot.log" 2>&1 {LOCK_FD}>&- &
  disown
}

wait_for_host() {
  local host=$1 address begun=$SECONDS
  address=$(address_of "$host")
  until is_up "$host" && answers "$address" 22; do
    if ((SECONDS - begun > BOOT_TIMEOUT)) || { ((SECONDS - begun > 2)) && ! has_processes "$host"; }; then
      tail -n 20 "$(disk_of "$host")/boot.log" >&2
      fail "$host does not boot (state: $(state_of "$host"))"
    fi
    sleep 0.05
  done
}

answers() {
  (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

has_processes() {
  grep -qs '^populated 1' "$(cgroup_of "$1")/cgroup.events"
}

# Ends everything in the host's cgroup at once, like pulling the plug, and takes away what it stood on.
kill_host() {
  local host=$1 cgroup
  cgroup=$(cgroup_of "$host")
  if [[ -d $cgroup ]]; then
    kill_processes "$host" || fail "$host does not end"
    remove_cgroup "$cgroup"
  fi
  [[ -z $LEGACY_CGROUP_ROOT ]] || remove_cgroup "$LEGACY_CGROUP_ROOT/${cgroup##*/}"
  detach_network "$host"
}

remove_cgroup() {
  [[ ! -d $1 ]] || find "$1" -depth -type d -exec rmdir {} +
}

remove_host() {
  kill_host "$1"
  discard_disk "$1"
}

kill_processes() {
  local host=$1 cgroup attempt process
  cgroup=$(cgroup_of "$host")
  for attempt in {1..200}; do
    has_processes "$host" || return 0
    if [[ -e $cgroup/cgroup.kill ]]; then
      echo 1 >"$cgroup/cgroup.kill"
    else
      find "$cgroup" -name cgroup.procs -exec cat {} + | while read -r process; do
        kill -KILL "$process" 2>/dev/null || true
      done
    fi
    sleep "0.0$((attempt < 10 ? 1 : 5))"
  done
  return 1
}

# Shuts the host down as its own systemd does it, so that what is on its disk is whole.
power_off_host() {
  local host=$1 systemd until=$((SECONDS + 20))
  systemd=$(systemd_of "$host")
  if [[ -n $systemd ]]; then
    nsenter --target "$systemd" --all -- systemctl poweroff --no-block 2>/dev/null || true
    while ((SECONDS < until)) && has_processes "$host"; do
      sleep 0.02
    done
  fi
  kill_host "$host"
}
