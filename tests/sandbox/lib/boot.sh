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
rm -rf "$disk/work"
mkdir -p "$disk/work" "$disk/upper" "$root"
mount -t overlay "sandbox-$host" "$root" \
  -o "lowerdir=$(paste -sd: "$disk/layers"),upperdir=$disk/upper,workdir=$disk/work,volatile"

if [[ ! -e $disk/prepared ]]; then
  prepare_host "$host" "$root"
  touch "$disk/prepared"
fi

# The unified hierarchy, whatever this machine uses: it is what a Debian server has, and newer systemds know no other.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
exec systemd-nspawn --quiet --directory="$root" --machine="$host" --boot --register=no --keep-unit \
  --network-namespace-path="/run/netns/$(network_namespace_of "$host")" \
  --link-journal=no --resolv-conf=off --timezone=off
