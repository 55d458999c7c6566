#!/usr/bin/env bash
# Usage: build-hub.sh WEB-IMAGE FOLDER AUTHORITY-FOLDER
# Builds FOLDER/layer, what the hub has above a web image. Runs in namespaces of its own (see lib/images.sh), so no
# mount and no process of it is left, however it ends.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
web=$1 build=$2 authority=$3
root=$build/root

mkdir -p "$build"/{layer,work,root}
mount -t overlay overlay -o "lowerdir=$web,upperdir=$build/layer,workdir=$build/work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/mnt"

mkdir -p "$root"/mnt/bundles/{main,api}
cp -r "$here"/{hub.packages,setup-hub.sh,gems,hub-files} "$root/mnt/"
cp "$here/../app/Gemfile" "$root/mnt/bundles/main/"
cp "$here/../branches/api/Gemfile" "$root/mnt/bundles/api/"
cp -r "$authority" "$root/mnt/acme"

cat /etc/resolv.conf >"$root/etc/resolv.conf"
chroot "$root" bash /mnt/setup-hub.sh
rm "$root/etc/resolv.conf"
