# shellcheck shell=bash
# Disks made of blocks: an ext4 file system in a file, as a server has one on its disk, and not folders in this machine's
# page cache. What a host has not written out is not in that file. The files lie on a pool, an XFS in a loop device,
# which copies one in milliseconds whatever is being written to it: such a copy is what a power cut leaves.

readonly BLOCKS_FILE=$STATE_DIR/blocks
readonly BLOCKS_SIZE=32G
readonly HOST_BLOCKS_SIZE=8G

is_on_blocks() {
  [[ -e $(disk_of "$1")/blocks ]]
}

copy_file() {
  local name=$1 host=$2
  [[ $name =~ ^[A-Za-z0-9_-]+$ ]] || usage_error "a copy's name is letters, digits, - and _: '$name'"
  printf '%s/%s/copies/%s\n' "$BLOCKS_DIR" "$host" "$name"
}

mount_pool() {
  local loop
  ! mountpoint --quiet "$BLOCKS_DIR" || return 0
  install_missing missing_blocks_packages
  require_blocks_features
  rm -f "$BLOCKS_FILE"
  truncate --size="$BLOCKS_SIZE" "$BLOCKS_FILE"
  mkfs.xfs -q "$BLOCKS_FILE"
  mkdir -p "$BLOCKS_DIR"
  mount -t xfs -o loop,discard "$BLOCKS_FILE" "$BLOCKS_DIR"
  # The pool need not outlive this machine: its own disk is not waited for. What hosts write out waits for the pool alone.
  loop=$(findmnt --noheadings --output SOURCE "$BLOCKS_DIR")
  printf 'write through\n' 2>/dev/null >"/sys/block/${loop##*/}/queue/write_cache" || true
}

# Whatever stood on the pool has ended. The kernel lets go of it in the background.
remove_pool() {
  local attempt
  ! mountpoint --quiet "$BLOCKS_DIR" || umount "$BLOCKS_DIR"
  for attempt in {1..200}; do
    [[ -e $BLOCKS_FILE && -n $(losetup --associated "$BLOCKS_FILE") ]] || break
    sleep 0.05
  done
  ((attempt < 200)) || note "another process keeps a loop device on $BLOCKS_FILE; its room is free when that ends"
  rm -f "$BLOCKS_FILE"
}

# fresh_blocks HOST IMAGE: a disk with nothing but the image on it, which is filled once and then copied.
fresh_blocks() {
  local host=$1 image=$2 base=$BLOCKS_DIR/base-${2##*/}
  mount_pool
  if [[ ! -e $base ]]; then
    note "filling a disk of blocks with the image, some seconds"
    rm -f "$base.new"
    truncate --size="$HOST_BLOCKS_SIZE" "$base.new"
    mkfs.ext4 -q -d "$image" "$base.new"
    mv "$base.new" "$base"
  fi
  put_blocks "$host" "$base"
}

# put_blocks HOST FILE: the host's disk is what this file is. Another file is another device, of which nothing is cached.
put_blocks() {
  local host=$1
  take_blocks_away "$host"
  mkdir -p "$BLOCKS_DIR/$host/copies"
  cp --reflink=always "$2" "$BLOCKS_DIR/$host/disk"
  touch "$(disk_of "$host")/blocks"
}

# A run that was killed between the loop device and its mount has left the device.
take_blocks_away() {
  local file=$BLOCKS_DIR/$1/disk device
  [[ -e $file ]] || return 0
  while IFS=: read -r device _; do
    losetup --detach "$device"
  done < <(losetup --associated "$file")
  rm -f "$file"
}

discard_blocks() {
  take_blocks_away "$1"
  rm -rf "${BLOCKS_DIR:?}/$1" "$(disk_of "$1")/blocks"
}
