# shellcheck shell=bash
# What can be asked of the sandbox, one function a verb.

verb_help() {
  cat <<'HELP'
Usage: sandbox.sh VERB ...
  up [--release bookworm|trixie] [--hosts N]   boots hub and web1 ... webN, and builds their image the first time
  down                                         ends everything it started; disks are thrown away, snapshots stay
  status                                       one line a host; exit code 0 only when all are up
  ssh [HOST] [COMMAND...]                      a shell or a command as root (HOST: web1 unless given)
  reset [--blocks] [HOST]                      a fresh disk, and boots; with --blocks one that a power cut can be tried on
  reboot [HOST]                                shuts down and boots
  crash [HOST]                                 ends every process at once and boots
  save NAME [HOST]                             keeps the disk as it is now
  restore NAME [HOST]                          boots from a disk that was kept
  copy NAME [HOST]                             keeps the blocks of the disk as they are this instant (reset --blocks)
  powercut NAME [HOST]                         boots from blocks that were kept, as after a power cut at that instant
  forget NAME [HOST]                           throws them away
  cut [HOST]                                   drops every packet to and from the host, and tells nobody
  mend [HOST]                                  lets them through again
  dns NAME ADDRESS                             what the ACME servers find for a name (all names: web1)
  commit MESSAGE [--branch B] [SNIPPET]        a new commit in the app's repository; prints its hash
HELP
}

verb_up() {
  local release='' count=1 number host
  local -a wanted=(hub)
  while (($# > 0)); do
    case $1 in
      --release) release=${2:-} ;;
      --hosts) count=${2:-} ;;
      *) usage_error "up does not know '$1'" ;;
    esac
    shift
    shift || usage_error "--release and --hosts need a value"
  done
  [[ $release == @(|bookworm|trixie) ]] || usage_error "--release is bookworm or trixie, not '$release'"
  [[ $count =~ ^[1-9][0-9]?$ ]] || usage_error "--hosts is a number from 1 to 99, not '$count'"
  for ((number = 1; number <= count; number++)); do
    wanted+=("web$number")
  done

  take_lock up
  refuse_other_state
  for host in $(known_hosts); do
    [[ -z $(systemd_of "$host") || " ${wanted[*]} " == *" $host "* ]] || wanted+=("$host")
  done
  release=${release:-$(release_in_use)}
  if [[ -e $STATE_DIR/complete ]] && images_are_built "$release" &&
    [[ -z $(outdated "$release" "${wanted[@]}") ]]; then
    say "already up: ${wanted[*]} ($release)"
  else
    bring_up "$release" "${wanted[@]}"
  fi
}

# The file "complete" is there only while no run of this was cut short.
bring_up() {
  local release=$1 host started=$EPOCHREALTIME
  shift
  local -a starting
  rm -f "$STATE_DIR/complete"
  require_kernel_features
  check_folders
  provide "$release"
  mount_cgroup_root
  printf '%s\n' "$STATE_DIR" >"$RUN_DIR/owner"
  make_client_keys
  for host in "$@"; do
    make_host_keys "$host"
  done
  write_client "$@"
  allow_many_hosts "$#"

  for host in $(known_hosts); do
    [[ " $* " == *" $host "* ]] || remove_host "$host"
  done
  mapfile -t starting < <(outdated "$release" "$@")
  for host in "${starting[@]}"; do
    kill_host "$host"
    make_disk "$host" "$release"
    start_host "$host"
  done
  for host in "${starting[@]}"; do
    wait_for_host "$host"
    say "$host $(address_of "$host") $(state_of "$host")"
  done
  fetch_acme_roots
  touch "$STATE_DIR/complete"
  say "up in $(seconds_since "$started") s ($release); client files are in $CLIENT_DIR"
}

# Packages and images. What is only needed to boot gets installed while the image is being built.
provide() {
  local release=$1 installing
  if images_are_built "$release"; then
    install_missing missing_packages
  else
    install_missing missing_build_packages
    install_missing missing_packages &
    installing=$!
    build_images "$release"
    wait "$installing" || exit "$?"
  fi
}

verb_down() {
  (($# == 0)) || usage_error "down takes no arguments"
  local host
  take_lock down
  refuse_other_state
  for host in $(known_hosts); do
    remove_host "$host"
  done
  remove_pool
  remove_bridge
  remove_unused_layers
  restore_kernel_settings
  ! mountpoint --quiet "$RUN_DIR/cgroup" || umount "$RUN_DIR/cgroup"
  rm -f "$RUN_DIR/owner" "$STATE_DIR/complete"
  say "down"
}

verb_status() {
  (($# == 0)) || usage_error "status takes no arguments"
  local host state all=0
  local -a hosts
  mapfile -t hosts < <(known_hosts)
  if ((${#hosts[@]} == 0)); then
    say "down"
    return 1
  fi
  for host in "${hosts[@]}"; do
    state=$(state_of "$host")
    [[ $state == @(running|degraded) ]] || all=1
    say "$host $(address_of "$host") $state"
  done
  return "$all"
}

verb_ssh() {
  local host=web1
  if [[ ${1:-} == @(hub|web[1-9]|web[1-9][0-9]) ]]; then
    host=$1
    shift
  fi
  [[ -e $CLIENT_DIR/ssh_config ]] || fail "there is no $host; run: sandbox.sh up"
  exec ssh -F "$CLIENT_DIR/ssh_config" "$host" "$@"
}

verb_reset() {
  local blocks='' host started=$EPOCHREALTIME release
  if [[ ${1:-} == --blocks ]]; then
    blocks=$1
    shift
  fi
  host=${1:-web1}
  take_lock reset "$host"
  require_host "$host"
  [[ -z $blocks || $host != hub ]] || usage_error "the hub's disk is not of blocks"
  release=$(<"$(disk_of "$host")/release")
  images_are_built "$release" || build_images "$release"
  kill_host "$host"
  make_disk "$host" "$release" "$blocks"
  boot_again "$host"
  say "$host is fresh ($(seconds_since "$started") s)"
}

verb_reboot() {
  local host=${1:-web1} started=$EPOCHREALTIME
  take_lock reboot "$host"
  require_host "$host"
  power_off_host "$host"
  boot_again "$host"
  say "$host is rebooted ($(seconds_since "$started") s)"
}

verb_crash() {
  local host=${1:-web1} started=$EPOCHREALTIME
  take_lock crash "$host"
  require_host "$host"
  kill_host "$host"
  boot_again "$host"
  say "$host crashed and is back ($(seconds_since "$started") s)"
}

verb_save() {
  (($# > 0)) || usage_error "save needs a name"
  local name=$1 host=${2:-web1} started=$EPOCHREALTIME
  take_lock save "$name" "$host"
  require_host "$host"
  snapshot_file "$name" "$host" >/dev/null
  ! is_on_blocks "$host" || fail "$host is on blocks, which are kept with: sandbox.sh copy $name $host"
  power_off_host "$host"
  save_disk "$name" "$host"
  boot_again "$host"
  say "$host is saved as $name ($(seconds_since "$started") s)"
}

verb_restore() {
  (($# > 0)) || usage_error "restore needs a name"
  local name=$1 host=${2:-web1} started=$EPOCHREALTIME file
  take_lock restore "$name" "$host"
  require_host "$host"
  file=$(snapshot_file "$name" "$host")
  [[ -e $file ]] || fail "$host has no snapshot '$name'; it has: $(ls "$(dirname "$file")" 2>/dev/null || true)"
  kill_host "$host"
  restore_disk "$name" "$host"
  boot_again "$host"
  say "$host is as it was at $name ($(seconds_since "$started") s)"
}

verb_copy() {
  (($# > 0)) || usage_error "copy needs a name"
  local name=$1 host=${2:-web1} file
  take_lock copy "$name" "$host"
  require_blocks "$host"
  file=$(copy_file "$name" "$host")
  cp --reflink=always "$BLOCKS_DIR/$host/disk" "$file"
}

verb_powercut() {
  (($# > 0)) || usage_error "powercut needs a name"
  local name=$1 host=${2:-web1} started=$EPOCHREALTIME file
  take_lock powercut "$name" "$host"
  require_blocks "$host"
  file=$(copy_file "$name" "$host")
  [[ -e $file ]] || fail "$host has no copy '$name'; it has: $(ls "$(dirname "$file")")"
  kill_host "$host"
  put_blocks "$host" "$file"
  boot_again "$host"
  say "$host has its power back, with what was on its disk at $name ($(seconds_since "$started") s)"
}

verb_forget() {
  (($# > 0)) || usage_error "forget needs a name"
  local name=$1 host=${2:-web1}
  take_lock forget "$name" "$host"
  require_blocks "$host"
  rm -f "$(copy_file "$name" "$host")"
}

verb_cut() {
  local host=${1:-web1}
  require_host "$host"
  cut_network "$host"
}

verb_mend() {
  local host=${1:-web1}
  require_host "$host"
  mend_network "$host"
}

verb_dns() {
  (($# == 2)) || usage_error "dns needs a name and an address"
  set_dns "$1" "$2"
}

verb_commit() {
  # shellcheck disable=SC2016
  local snippet='file=VERSION; [ -e "$file" ] || file=backend/VERSION; date +v%s.%N >"$file"'
  local message='' branch=main
  while (($# > 0)); do
    case $1 in
      --branch)
        branch=${2:-}
        shift
        ;;
      *)
        if [[ -z $message ]]; then message=$1; else snippet=$1; fi
        ;;
    esac
    shift || true
  done
  [[ -n $message && -n $branch ]] || usage_error "commit needs a message, and --branch a name"
  is_up hub || fail "the hub is not up"
  make_commit "$branch" "$message" "$snippet"
}

# Boots a host that has its disk, and renews what the client knows of it.
boot_again() {
  local host=$1
  start_host "$host"
  wait_for_host "$host"
  [[ $host != hub ]] || fetch_acme_roots
}

require_host() {
  address_of "$1" >/dev/null
  [[ -e $(disk_of "$1")/layers ]] || fail "there is no $1; run: sandbox.sh up"
}

require_blocks() {
  require_host "$1"
  is_on_blocks "$1" || fail "$1 is not on blocks; run: sandbox.sh reset --blocks $1"
}

# Of the given hosts, those that do not run, or run on something else than a fresh disk would be made of now.
outdated() {
  local release=$1 host makings
  shift
  for host in "$@"; do
    makings=$(disk_of "$host")/makings
    if [[ -e $makings && $(<"$makings") == "$(makings_of "$host" "$release")" ]] && is_up "$host"; then
      continue
    fi
    printf '%s\n' "$host"
  done
}

release_in_use() {
  cat "$(disk_of web1)/release" 2>/dev/null || printf '%s\n' "$DEFAULT_RELEASE"
}

# Addresses and names go by the number, so one sandbox for each.
refuse_other_state() {
  local owner host
  [[ -e $RUN_DIR/owner ]] || return 0
  owner=$(<"$RUN_DIR/owner")
  [[ $owner != "$STATE_DIR" ]] || return 0
  for host in $(known_hosts); do
    [[ -z $(systemd_of "$host") ]] ||
      fail "another sandbox is up, with its state in $owner; HOSTINGDEPLOY_SANDBOX=$owner sandbox.sh down ends it"
  done
}

# Overlays refuse to have their upper layer on another overlay, which is what a container's own disk is, and mount takes
# their folders as a list in one word.
check_folders() {
  local folder
  [[ $SANDBOX_NUMBER =~ ^[0-9]$ ]] || usage_error "HOSTINGDEPLOY_SANDBOX_NUMBER is 0 to 9, not '$SANDBOX_NUMBER'"
  for folder in "$STATE_DIR" "$CACHE_DIR"; do
    [[ $folder =~ ^/[A-Za-z0-9_./-]+$ ]] || usage_error "this must be a plain absolute path: '$folder'"
    mkdir -p "$folder"
  done
  mkdir -p "$STATE_DIR/hosts"
  [[ $(stat --file-system --format=%T "$STATE_DIR") != overlayfs ]] ||
    unsuitable "$STATE_DIR is on an overlay; point HOSTINGDEPLOY_SANDBOX at a folder on a real disk"
}

# Every systemd watches files; root's limit of 128 watchers is for the whole machine and is gone with 16 hosts, of
# whichever sandbox.
allow_many_hosts() {
  local setting=/proc/sys/fs/inotify/max_user_instances
  (($1 + 4 * SANDBOX_NUMBER > 8)) && (($(<"$setting") < 1024)) || return 0
  cat "$setting" >"$RUN_DIR/max_user_instances"
  echo 1024 >"$setting"
}

restore_kernel_settings() {
  [[ ! -e $RUN_DIR/max_user_instances ]] || cat "$RUN_DIR/max_user_instances" >/proc/sys/fs/inotify/max_user_instances
  rm -f "$RUN_DIR/max_user_instances"
}
