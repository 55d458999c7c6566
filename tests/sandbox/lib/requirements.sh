# shellcheck shell=bash
# What this machine must have, and how it gets what is missing.

unsuitable() {
  note "$*"
  exit "$EXIT_UNSUITABLE_MACHINE"
}

require_root_on_linux() {
  [[ $(uname -s) == Linux ]] || unsuitable "the sandbox needs Linux: it boots servers with systemd-nspawn"
  ((EUID == 0)) || unsuitable "the sandbox needs root: it mounts, makes network namespaces and boots servers"
}

# Asked before anything is downloaded, so that an unfit machine says so in a second and not after the build.
require_kernel_features() {
  unshare --mount --net true 2>/dev/null ||
    unsuitable "root may not make namespaces here (a container without CAP_SYS_ADMIN?)"
  if ! grep -qw overlay /proc/filesystems; then
    modprobe overlay 2>/dev/null || unsuitable "this kernel has no overlayfs"
  fi
  grep -qw cgroup2 /proc/filesystems || unsuitable "this kernel has no cgroup v2"
}

# Lines "command package" for what is not here yet.
missing_packages() {
  local command package
  while read -r command package; do
    [[ $command == /* && -e $command ]] || command -v "$command" >/dev/null || printf '%s\n' "$package"
  done <<'LIST'
systemd-nspawn systemd-container
ip iproute2
ssh openssh-client
git git
curl curl
openssl openssl
LIST
}

missing_build_packages() {
  command -v mmdebstrap >/dev/null || printf 'mmdebstrap\n'
  command -v openssl >/dev/null || printf 'openssl\n'
  [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || printf 'debian-archive-keyring\n'
}

missing_blocks_packages() {
  command -v mkfs.xfs >/dev/null || printf 'xfsprogs\n'
  command -v mkfs.ext4 >/dev/null || printf 'e2fsprogs\n'
  command -v losetup >/dev/null || printf 'mount\n'
}

require_blocks_features() {
  local type
  for type in ext4 xfs; do
    grep -qw "$type" /proc/filesystems || modprobe "$type" 2>/dev/null || unsuitable "this kernel has no $type"
  done
  [[ -e /dev/loop-control ]] || modprobe loop 2>/dev/null || unsuitable "this kernel has no loop devices"
  losetup --find >/dev/null 2>&1 || unsuitable "root may not make loop devices here"
}

install_packages() {
  (($# > 0)) || return 0
  command -v apt-get >/dev/null || unsuitable "missing here, and no apt-get to install it with: $*"
  note "installing $*"
  local log
  log=$(mktemp)
  if ! apt_install "$@" >"$log" 2>&1; then
    apt-get -o DPkg::Lock::Timeout=300 update >>"$log" 2>&1 || true
    if ! apt_install "$@" >>"$log" 2>&1; then
      tail -n 15 "$log" >&2
      rm -f "$log"
      unsuitable "could not install: $*"
    fi
  fi
  rm -f "$log"
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@"
}

install_missing() {
  local -a packages
  mapfile -t packages < <("$@")
  install_packages "${packages[@]}"
}
