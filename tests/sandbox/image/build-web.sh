#!/usr/bin/env bash
# Usage: build-web.sh RELEASE FOLDER AUTHORITY
# Builds the Debian root of a web host, which trusts the certificate authority given.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=$1 root=$2 authority=$3

# The package lists stay, for the hub's layer installs from them. Syncing and documentation cost seconds for nothing.
GEM_MIRROR=http://gems.sandbox.test:9292 mmdebstrap --variant=minbase --skip=cleanup/apt/lists \
  --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --include="$(paste -sd, "$here/web.packages")" \
  --customize-hook="cp '$authority' \"\$1/usr/local/share/ca-certificates/sandbox-acme.crt\"" \
  --customize-hook="chroot \"\$1\" bash -s <'$here/setup-web.sh'" \
  "$release" "$root" ${HOSTINGDEPLOY_DEBIAN_MIRROR:+"$HOSTINGDEPLOY_DEBIAN_MIRROR"}
