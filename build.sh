#!/usr/bin/env bash
# Runs a task of build.ps1 in pwsh, or in the small host of tools/PowerShellHost where pwsh is missing:
#   ./build.sh build | test | help | lint | package | try | benchmark | sandbox | shell | clean  [arguments]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
host=$root/out/host

has_pwsh() {
  command -v pwsh >/dev/null || return 1
  # shellcheck disable=SC2016 # PowerShell expands it
  pwsh -NoProfile -NonInteractive -Command 'exit [int]($PSVersionTable.PSVersion -lt [version]"7.4")'
}

host_is_current() {
  [[ -e $host/.built ]] || return 1
  [[ -z $(find "$root/tools/PowerShellHost" "$root/Directory.Build.props" "$root/Directory.Packages.props" \
    \( -name bin -o -name obj \) -prune -o -type f -newer "$host/.built" -print -quit) ]]
}

require_sdk() {
  if ! dotnet --list-sdks 2>/dev/null | grep -q '^1[0-9]\.'; then
    echo "build.sh: the .NET SDK 10 or later is needed, and no dotnet command on the PATH provides it." >&2
    echo "Debian's own packages do not have it: install it as https://learn.microsoft.com/dotnet/core/install/linux says." >&2
    exit 1
  fi
}

build_host() {
  echo "Building the PowerShell host ..." >&2
  local new=$host.new
  rm -rf "$new"
  mkdir -p "$new"
  # What is built is the state from before the build: an edit made meanwhile builds again.
  touch "$new/.built"
  dotnet publish "$root/tools/PowerShellHost" -c Release -o "$new" --nologo -v quiet -tl:off >&2
  rm -rf "$host"
  mv "$new" "$host"
}

ensure_host() {
  host_is_current && return
  mkdir -p "$root/out"
  (
    # One build at a time: whoever waited finds the host that the other has built.
    ! command -v flock >/dev/null || flock 9
    host_is_current || build_host
  ) 9>"$root/out/.host-lock"
}

task=${1:-build}
[[ $# -eq 0 ]] || shift

if has_pwsh; then
  shell=(pwsh)
else
  require_sdk
  ensure_host
  shell=("$host/PowerShellHost")
fi

if [[ ${task,,} == shell ]]; then
  # Called and not run as a file, so that the script's own settings do not become the session's.
  exec "${shell[@]}" -NoProfile -NoLogo -NoExit -Command "& '${root//\'/\'\'}/build.ps1' -Task Shell"
fi
exec "${shell[@]}" -NoProfile -NoLogo -File "$root/build.ps1" -Task "$task" "$@"
