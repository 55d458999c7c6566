# shellcheck shell=bash
# A snapshot is the list of layers a host's disk had when it was saved. Saving moves the host's own layer among the kept
# ones and gives the host an empty one above it, so nothing is copied.

snapshot_file() {
  local name=$1 host=$2
  [[ $name =~ ^[A-Za-z0-9_-]+$ ]] || usage_error "a snapshot's name is letters, digits, - and _: '$name'"
  printf '%s/snapshots/%s/%s\n' "$STATE_DIR" "$host" "$name"
}

save_disk() {
  local name=$1 host=$2 disk file layer
  disk=$(disk_of "$host")
  file=$(snapshot_file "$name" "$host")
  mkdir -p "$(dirname "$file")" "$STATE_DIR/layers"
  layer=$(mktemp --directory "$STATE_DIR/layers/$host-$name-XXXXXX")
  mv --no-target-directory "$disk/upper" "$layer"
  { printf '%s\n' "$layer" && cat "$disk/layers"; } >"$disk/layers.new"
  mv "$disk/layers.new" "$disk/layers"
  cp "$disk/layers" "$file"
  remove_unused_layers
}

restore_disk() {
  local name=$1 host=$2 disk file layer
  disk=$(disk_of "$host")
  file=$(snapshot_file "$name" "$host")
  while read -r layer; do
    [[ -d $layer ]] || fail "snapshot '$name' is of an image that is gone: $layer"
  done <"$file"
  discard_blocks "$host"
  rm -rf "$disk/upper"
  cp "$file" "$disk/layers"
  touch "$disk/prepared"
  remove_unused_layers
}

remove_unused_layers() {
  local layer
  for layer in "$STATE_DIR"/layers/*; do
    [[ -d $layer ]] || continue
    grep -qsxF "$layer" "$STATE_DIR"/snapshots/*/* "$STATE_DIR"/hosts/*/layers || rm -rf "$layer"
  done
}
