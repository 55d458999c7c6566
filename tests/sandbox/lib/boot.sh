#!/usr/bin/env bash
# Usage: boot.sh HOST CGROUP. Becomes the systemd-nspawn of a host. hosts.sh starts it in a mount namespace of its own,
# so the mount below goes when the host goes.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

SANDBOX_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly SANDBOX_DIR
# shellcheck source=common.sh
source "$SANDBOX_DIR/lib/common.sh"
# shellcheck source=network.sh
source "$SANDBOX_DIR/lib/network.sh"
# shellcheck source=keys.sh
source "$SANDBOX_DIR/lib/keys.sh"
# shellcheck source=prepare.sh
source "$SANDBOX_DIR/lib/prepare.sh"

host=$1 cgroup=$2
disk=$STATE_DIR/hosts/$host
root=$RUN_DIR/root/$host

# Each host needs a cgroup of its own: with --keep-unit all of them would otherwise share one, and their systemds would
# manage each other's units.
echo 0 >"$cgroup/cgroup.procs"

# The work folder is scratch, and a volatile mount that was killed leaves a mark in it that refuses the next mount.
# Volatile: nothing on a throwaway disk is worth waiting for.
mount_layers() {
  rm -rf "$disk/work"
  mkdir -p "$disk/work" "$disk/upper"
  mount -t overlay "sandbox-$host" "$root" \
    -o "lowerdir=$(paste -sd: "$disk/layers"),upperdir=$disk/upper,workdir=$disk/work,volatile"
}

# Nothing about this mount is special, so that what is on the disk and when is what it would be on a server's. What the
# host writes out must be in the file: direct-io leaves it in no cache. The device goes with the mount.
mount_blocks() {
  local device
  device=$(losetup --find --show --direct-io=on --sector-size 4096 "$BLOCKS_DIR/$host/disk")
  mount -t ext4 "$device" "$root"
  losetup --detach "$device"
}

mkdir -p "$root"
if [[ -e $disk/blocks ]]; then mount_blocks; else mount_layers; fi

# This host's namespace would keep the disks of others from being taken away.
for pool in /run/hostingdeploy-sandbox*/blocks; do
  [[ $pool == "$BLOCKS_DIR" && -e $disk/blocks ]] || umount --lazy "$pool" 2>/dev/null || true
done

if [[ ! -e $disk/prepared ]]; then
  prepare_host "$host" "$root"
  sync --file-system "$root"
  touch "$disk/prepared"
fi

# The unified hierarchy, whatever this machine uses: it is what a Debian server has, and newer systemds know no other.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
exec systemd-nspawn --quiet --directory="$root" --machine="$host" --boot --register=no --keep-unit \
  --network-namespace-path="/run/netns/$(network_namespace_of "$host")" \
  --link-journal=no --resolv-conf=off --timezone=off
